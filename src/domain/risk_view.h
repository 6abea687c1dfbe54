// What is said about one decision on risk.
#pragma once

#include "core/json.h"
#include "core/time.h"
#include "domain/risk_decisions.h"

#include <boost/describe/class.hpp>

#include <cstdint>
#include <optional>
#include <string>

namespace gatehouse::domain {

struct RiskView {
    std::int64_t id = 0; // of the row in the ledger
    Instant created_at;
    std::string event;
    std::optional<std::int64_t> status;
    std::optional<std::string> user_id;
    std::optional<std::string> session_id;
    std::optional<std::string> ip_address;
    std::optional<std::string> user_agent;
    json::Value risk; // score, signals with their shares, thresholds, what would have lowered it
    json::Value compared; // places and devices; null once they were erased
};
BOOST_DESCRIBE_STRUCT(
    RiskView,
    (),
    (id, created_at, event, status, user_id, session_id, ip_address, user_agent, risk, compared)
)

RiskView risk_view_of(RiskDecision const& decision);

// The `risk` part of a row's details or personal facts; null where it has none.
json::Value risk_part_of(std::string const& facts);

} // namespace gatehouse::domain
