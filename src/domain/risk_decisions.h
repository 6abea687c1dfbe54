// The decisions about risk that the ledger keeps: the rows with a `risk` part.
#pragma once

#include "core/async.h"
#include "core/time.h"
#include "domain/ids.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace gatehouse::domain {

struct RiskDecision {
    std::int64_t id = 0;
    Instant at;
    std::string event; // LOGIN_SUCCESS, TOKEN_ROTATED, ANOMALY_SCORE_MEDIUM, ANOMALY_SCORE_HIGH
    std::optional<std::int64_t> status = {};
    std::optional<UserId> user = {};
    std::optional<SessionId> session = {};
    std::optional<std::string> ip_address = {};
    std::optional<std::string> user_agent = {};
    std::string details; // JSON, with `risk` in it
    std::optional<std::string> personal = {}; // JSON; nothing once it was erased
};

struct DecisionFilter {
    Instant from = {};
    Instant to = {}; // the first moment that is not asked about
    std::optional<UserId> user = {};
    std::optional<std::string> event = {};
};

class RiskDecisions {
public:
    virtual ~RiskDecisions() = default;
    // At most `most`: nobody counts further.
    virtual Async<std::int64_t>
    count(OrganizationId organization, DecisionFilter filter, std::int64_t most) = 0;
    // The newest first.
    virtual Async<std::vector<RiskDecision>> list(
        OrganizationId organization, DecisionFilter filter, std::int64_t limit, std::int64_t offset
    ) = 0;
    // The oldest first, those behind `after`.
    virtual Async<std::vector<RiskDecision>>
    walk(OrganizationId organization, DecisionFilter filter, std::int64_t after, std::int64_t limit)
        = 0;
};

} // namespace gatehouse::domain
