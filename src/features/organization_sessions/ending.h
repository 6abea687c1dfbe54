// Ending the sessions of others.
#pragma once

#include "core/async.h"
#include "domain/caller.h"
#include "domain/request_facts.h"
#include "domain/services.h"
#include "domain/users.h"

#include <cstdint>

namespace gatehouse::organization_sessions {

// All with one ledger row, and nobody takes the right away meanwhile. They throw Refusal: 403 for
// sessions of owners and admins where the caller is no owner (I-6), 409 for one that is over.
Async<void> end_one(
    domain::Services& services,
    domain::RequestFacts facts,
    domain::Caller const& caller,
    domain::SessionId session,
    domain::UserId of
);
// The person signs in again, everywhere: every token of theirs is void. How many sessions. Of
// oneself all others end and this one stays.
Async<std::int64_t> end_all_of(
    domain::Services& services,
    domain::RequestFacts facts,
    domain::Caller const& caller,
    domain::UserId of
);
// Everybody does, but the caller within this session.
Async<std::int64_t>
end_everybody(domain::Services& services, domain::RequestFacts facts, domain::Caller const& caller);

// Throws Refusal, 403 unless the caller may end the sessions of everybody there is: owners too.
void require_may_end_everybody(domain::Caller const& caller);

} // namespace gatehouse::organization_sessions
