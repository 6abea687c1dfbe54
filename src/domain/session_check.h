// The one check behind every bearer and cookie request: is the session of this token live?
#pragma once

#include "core/async.h"
#include "core/time.h"
#include "domain/caller.h"
#include "domain/services.h"
#include "domain/session_facts.h"
#include "domain/tokens.h"

#include <memory>
#include <optional>
#include <string_view>

namespace gatehouse::domain {

// Why a session as stored is not live at all, whatever the token says; nothing where it is
// (spec/database 3.3 "Live").
std::optional<Reason> why_not_live(SessionFacts const& facts, Instant now);

// What of an impersonation the policy says: whether its impersonator may still act as its person
// (domain/impersonation.h). True for every other session.
bool impersonation_holds(SessionFacts const& facts, policy::Policy const& policy);

// The rule alone: why a token that says so opens nothing (spec/database 3.3 "Live"); its signature
// and expiry were checked before. `facts` is null where there is no such session.
std::optional<Reason>
why_not_opened(TokenClaims const& claims, SessionFacts const* facts, Instant now);

// The same, with whom it opens. What they may do is not said yet (Caller::stand_under).
Result<Caller>
judge_session(TokenClaims const& claims, std::shared_ptr<SessionFacts const> facts, Instant now);

struct CheckedToken {
    VerifiedToken token;
    Caller caller;
    TokenClaims const& claims() const { return token.claims(); }
};

// Throws Refusal (401) or lets a storage failure pass (503): an outage is never an invalid token.
// The text must outlive the wait.
Async<CheckedToken> check_token(Services& services, std::string_view presented, Instant now);
Async<Caller> check_session(Services& services, std::string_view presented, Instant now);

// The same without a wait, for tokens whose signature was checked before and whose session is kept
// in memory as it is now: nothing where check_token() must be asked.
std::optional<CheckedToken>
check_token_at_once(Services& services, std::string_view presented, Instant now);

} // namespace gatehouse::domain
