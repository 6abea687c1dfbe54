// The checks in front of every route of the organization surface: where, then what
// (spec/permissions §3 steps 2 and 3). They come before the body is judged.
#pragma once

#include "core/async.h"
#include "domain/actor.h"
#include "domain/organizations.h"
#include "domain/refusal.h"
#include "domain/request_facts.h"
#include "domain/services.h"
#include "policy/decision.h"

#include <string_view>

namespace gatehouse::domain {

using policy::Cell;
using policy::Permission;

// The organization, if the actor belongs to it. Throws Refusal: 404 where there is none, 403 where
// it is somebody else's, whatever the role.
Async<Organization> organization_in_reach(Services& services, Actor actor, OrganizationId id);

// The live person, if in the actor's organization. Throws as above.
Async<User> person_in_reach(Services& services, Actor actor, UserId id);

// What of the rows of the own organization the actor may touch. The provisioner and the operator
// may everything (I-11).
Cell reach(Actor actor, Permission permission);

// Whether that is every row.
bool may(Actor actor, Permission permission);

// Throws Refusal, 403 that names the permission.
void require_permission(Actor actor, Permission permission);

// I-5: an admin makes managers and staff alone; owners and admins are an owner's to make. I-7:
// nobody but an owner makes somebody who may more than they do themselves.
bool may_make(policy::Policy const& policy, Role maker, policy::Grants const& held, Role made);

// The same for an actor. Throws Refusal.
void require_may_make(Actor actor, Role role);

// I-6: address and status of an owner or another admin are the owner's alone. Throws Refusal.
void require_not_above(Actor actor, User const& touched);

// 403 FORBIDDEN that names what is missing in `details`.
Refusal forbidden(std::string_view missing);
Refusal forbidden(Actor actor, Permission missing);

// For requests that waited since they were let in, for a hash or a picture: the caller as stored
// now, in the unit of work that acts. Throws Refusal, 401 where the session ended meanwhile.
Async<User> caller_as_stored(UnitOfWork& work, Caller const& caller, Instant now);

// The same for an actor; 403 where what the actor may do is something else by now.
Async<void> require_same_standing(UnitOfWork& work, Actor actor, Instant now);

// Both, for whatever rests on a right of the actor: nobody takes it away until the unit of work
// ends (`Organizations::hold_standing`), and nobody has since the gate. Throws Refusal: as above,
// and 404 where the organization is gone.
Async<void> hold_standing(UnitOfWork& work, Actor actor, OrganizationId organization, Instant now);

// `Organizations::hold` of the caller's own. Throws Refusal, 401 where it was deleted meanwhile.
Async<void> hold_own_organization(UnitOfWork& work, Caller const& caller);

// One row for a 403 to a known caller, committed before the answer (I-12): `as` is
// PERMISSION_DENIED, or what exports leave in its place. `route` is the pattern, never the path.
Async<void> record_denial(
    Services& services,
    RequestFacts const& facts,
    Caller const& caller,
    Refusal const& refusal,
    std::string_view route,
    Event as = Event::permission_denied
);

} // namespace gatehouse::domain
