// The routes that answer what somebody may do.
#pragma once

#include "http/route.h"

namespace gatehouse::authorization {

// A decision is told, not made effective: what is done with it is recorded where it is done.
inline constexpr http::Audit asks_only
    = http::Audit::none("reads only; decisions explain themselves by their ids");

inline constexpr http::Route check_route{
    .method = http::Method::post,
    .path = "/api/authz/check",
    .operation = "checkPermission",
    .summary = "Say whether somebody may do something: one question, or up to 100",
    .tag = "authorization",
    .access = http::Access::session_or_service(),
    .audit = asks_only,
    .surface = http::Surface::organization,
    .answers = "200 400 401 403 413 415 429 503",
};
inline constexpr http::Route list_route{
    .method = http::Method::post,
    .path = "/api/authz/list",
    .operation = "listPermitted",
    .summary = "List the resources of a type on which somebody may do something, in pages",
    .tag = "authorization",
    .access = http::Access::session_or_service(),
    .audit = asks_only,
    .surface = http::Surface::organization,
    .answers = "200 400 401 403 413 415 429 503",
};
inline constexpr http::Route explain_route{
    .method = http::Method::post,
    .path = "/api/authz/explain",
    .operation = "explainPermission",
    .summary = "Say why somebody may do something, or which link is missing first",
    .tag = "authorization",
    .access = http::Access::session_or_service(),
    .audit = asks_only,
    .surface = http::Surface::organization,
    .answers = "200 400 401 403 413 415 429 503",
};
inline constexpr http::Route decision_route{
    .method = http::Method::get,
    .path = "/api/authz/decisions/:id",
    .operation = "readDecision",
    .summary = "Explain a decision of the last 24 hours by its id",
    .tag = "authorization",
    .access = http::Access::session_or_service(),
    .audit = asks_only,
    .surface = http::Surface::organization,
    .answers = "200 401 403 404 410 429 503",
};
inline constexpr http::Route security_decision_route{
    .method = http::Method::get,
    .path = "/api/security/decisions/:id",
    .operation = "explainDecision",
    .summary
    = "Explain a decision: about a right by its id, about the risk of a sign-in or a denied "
      "request by the number of its row in the ledger",
    .tag = "security",
    .access = http::Access::session(),
    .audit = asks_only,
    .surface = http::Surface::organization,
    .answers = "200 401 403 404 410 429 503",
};
inline constexpr http::Route simulate_route{
    .method = http::Method::post,
    .path = "/api/authz/simulate",
    .operation = "simulateRoleChange",
    .summary = "Say who would gain and who would lose what by a change of roles; nothing is saved",
    .tag = "authorization",
    .access = http::Access::session(),
    .audit = http::Audit::none("saves nothing"),
    .surface = http::Surface::organization,
    .answers = "200 400 401 403 404 409 413 415 429 503",
};

inline constexpr http::Route evaluation_route{
    .method = http::Method::post,
    .path = "/access/v1/evaluation",
    .operation = "evaluateAccess",
    .summary = "AuthZEN: evaluate one access",
    .tag = "authzen",
    .access = http::Access::session_or_service(),
    .audit = asks_only,
    .surface = http::Surface::organization,
    .answers = "200 400 401 403 413 415 429 503",
};
inline constexpr http::Route evaluations_route{
    .method = http::Method::post,
    .path = "/access/v1/evaluations",
    .operation = "evaluateAccesses",
    .summary = "AuthZEN: evaluate up to 100 accesses",
    .tag = "authzen",
    .access = http::Access::session_or_service(),
    .audit = asks_only,
    .surface = http::Surface::organization,
    .answers = "200 400 401 403 413 415 429 503",
};
inline constexpr http::Route search_route{
    .method = http::Method::post,
    .path = "/access/v1/search/resource",
    .operation = "searchResources",
    .summary = "AuthZEN: find the resources that a subject may access",
    .tag = "authzen",
    .access = http::Access::session_or_service(),
    .audit = asks_only,
    .surface = http::Surface::organization,
    .answers = "200 400 401 403 413 415 429 503",
};
inline constexpr http::Route metadata_route{
    .method = http::Method::get,
    .path = "/.well-known/authzen-configuration",
    .operation = "readAuthzenConfiguration",
    .summary = "AuthZEN: where the endpoints are",
    .tag = "authzen",
    .access = http::Access::anyone(),
    .audit = http::Audit::none("reads only"),
    .limit = http::Limit::none,
    .surface = http::Surface::organization,
    .answers = "200 429 503",
};

} // namespace gatehouse::authorization
