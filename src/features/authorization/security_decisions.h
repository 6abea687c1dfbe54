// Why something was decided, for those who keep an organization safe: about a right, about the risk
// of a sign-in, or about a request that was denied.
#pragma once

#include "domain/audit_log.h"
#include "domain/risk_view.h"
#include "features/authorization/messages.h"
#include "http/endpoint.h"

#include <boost/describe/class.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace gatehouse::authorization {

struct DenialView {
    std::int64_t id = 0; // of the row in the ledger
    Instant created_at;
    std::optional<std::string> user_id;
    std::optional<std::string> session_id;
    std::optional<std::string> route;
    std::optional<std::string> permission; // the one that was missing, where it was one
    std::optional<std::string> ip_address;
};
BOOST_DESCRIBE_STRUCT(
    DenialView, (), (id, created_at, user_id, session_id, route, permission, ip_address)
)

struct DecisionExplained { // one of the three parts is there
    std::string kind; // permission, risk, denial
    std::string sentence;
    std::optional<Explanation> permission;
    std::optional<domain::RiskView> risk;
    std::optional<DenialView> denial;
};
BOOST_DESCRIBE_STRUCT(DecisionExplained, (), (kind, sentence, permission, risk, denial))

// Nothing where the row is about no decision.
std::optional<DecisionExplained> explained(domain::AuditRow const& row);

std::vector<http::Endpoint> security_endpoints();

} // namespace gatehouse::authorization
