// What decides how somebody stands in an organization: role, status, and being there at all.
#pragma once

#include "core/async.h"
#include "domain/actor.h"
#include "domain/members.h"
#include "domain/request_facts.h"
#include "domain/storage.h"

namespace gatehouse::domain {

// Everything here holds the lock on the organization, so that of two who demote each other one
// loses, and none who was demoted meanwhile decides. All throw Refusal: SELF_ACTION (I-3),
// LAST_OWNER (I-4), 404 where the person is gone, 401 and 403 where the actor's standing is.
Async<User> change_role(Storage& storage, RequestFacts facts, Actor actor, User person, Role role);
// What it asks under that lock; for whoever wants to know without changing anything.
Async<void> require_may_change_role(UnitOfWork& work, Actor actor, User before, Role role);
// Suspending ends all sessions at once; reactivating ends what slipped in meanwhile.
Async<User>
change_status(Storage& storage, RequestFacts facts, Actor actor, User person, UserStatus status);
// Suspends within somebody else's unit of work; its row in the ledger says `why` too.
Async<void> suspend(UnitOfWork& work, RequestFacts facts, Actor actor, User person, Facts why);
// The row stays, sessions and links end, the address is free again (decisions D-15).
Async<void> remove_person(Storage& storage, RequestFacts facts, Actor actor, User person);
// The deletion itself, under the lock on the organization: everything but its ledger row. How many
// offers to come back in it took.
Async<std::int64_t> take_out_of_service(UnitOfWork& work, User person, Instant now);

// What somebody leaves as: their row will be gone one day.
void tell_standing(LedgerEntry& entry, User const& before);

} // namespace gatehouse::domain
