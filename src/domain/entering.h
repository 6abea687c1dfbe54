// Where an organization is entered from: asked at every sign-in, at every refresh and on every
// request of a session.
#pragma once

#include "core/async.h"
#include "domain/caller.h"
#include "domain/refusal.h"
#include "domain/request_facts.h"
#include "domain/security_rules.h"
#include "domain/storage.h"

#include <string_view>

namespace gatehouse::domain {

// 403; the same whatever rule keeps the address out.
Refusal kept_outside();
// 403 for who has no second factor where the organization wants everybody to have one.
Refusal second_factor_missing();

// Whether the caller may go on from this address. Throws Refusal.
void require_inside(SecurityRules const& rules, std::string_view client_address);
// Whether the caller has what the organization wants everybody to have. Throws Refusal.
void require_enrolled(Caller const& caller);

// For a person who has proven who they are, in the unit of work that would let them in; write
// nothing before. Who may not is told to the ledger, committed, and refused: 403.
Async<void> require_may_enter(
    UnitOfWork& work, RequestFacts const& facts, User const& user, SecurityRules const& rules
);

} // namespace gatehouse::domain
