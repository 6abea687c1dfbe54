// The one check behind every bearer and cookie request: is the session of this token live?
#pragma once

#include "core/async.h"
#include "core/time.h"
#include "domain/caller.h"
#include "domain/directory.h"
#include "domain/services.h"
#include "domain/tokens.h"

#include <optional>
#include <string>

namespace gatehouse::domain {

// Why a session as stored is not live at all, whatever the token says; nothing where it is
// (spec/database 3.3 "Live").
std::optional<Reason> why_not_live(SessionFacts const& facts, Instant now);

// What of an impersonation the policy says: whether its impersonator may still act as its person
// (domain/impersonation.h). True for every other session.
bool impersonation_holds(SessionFacts const& facts, policy::Policy const& policy);

// The rule alone: signature and expiry were checked before (spec/database 3.3 "Live"). What the
// caller may do is not said yet (Caller::stand_under).
Result<Caller>
judge_session(TokenClaims const& claims, std::optional<SessionFacts> facts, Instant now);

// Throws Refusal (401) or lets a storage failure pass (503): an outage is never an invalid token.
Async<Caller> check_session(Services& services, std::string presented, Instant now);

// The same, also giving the claims: what /validate answers with.
struct CheckedToken {
    TokenClaims claims;
    Caller caller;
};
Async<CheckedToken> check_token(Services& services, std::string presented, Instant now);

} // namespace gatehouse::domain
