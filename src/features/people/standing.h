// What decides how somebody stands in an organization: role, status, and being there at all.
#pragma once

#include "core/async.h"
#include "domain/request_facts.h"
#include "domain/services.h"
#include "features/people/rules.h"

namespace gatehouse::people {

// Everything here holds the lock on the organization, so that of two who demote each other one
// loses. All throw Refusal: SELF_ACTION (I-3), LAST_OWNER (I-4), 404 where the person is gone.
Async<domain::User> change_role(
    domain::Services& services,
    domain::RequestFacts facts,
    domain::Actor actor,
    domain::User person,
    domain::Role role
);
// Suspending ends all sessions at once; reactivating ends what slipped in meanwhile.
Async<domain::User> change_status(
    domain::Services& services,
    domain::RequestFacts facts,
    domain::Actor actor,
    domain::User person,
    domain::UserStatus status
);
// The row stays, sessions and links end, the address is free again (decisions D-15).
Async<void> remove(
    domain::Services& services, domain::RequestFacts facts, domain::Actor actor, domain::User person
);

} // namespace gatehouse::people
