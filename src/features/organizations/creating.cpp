// Naming a personal organization, or adding another one with its owner.
#include "features/organizations/creating.h"

#include "core/uuid.h"
#include "domain/access.h"
#include "domain/adding.h"
#include "domain/attempts.h"
#include "domain/directory.h"
#include "domain/refusal.h"

#include <algorithm>
#include <stdexcept>

namespace gatehouse::organizations {
namespace {
using domain::Actor;
using domain::CanonicalAddress;
using domain::Organization;
using domain::OrganizationId;
using domain::Reason;
using domain::Refusal;
using domain::RequestFacts;
using domain::Role;
using domain::Services;
using domain::UnitOfWork;
using domain::User;
using domain::UserId;

constexpr std::ptrdiff_t most_owned = 100; // live organizations of one address

Async<Organization>
recorded(UnitOfWork& work, RequestFacts facts, Actor actor, OrganizationId id, bool was_personal)
{
    co_await domain::record_organization(work, facts, actor, id, was_personal);
    auto made = co_await work.organizations().find(id);
    if (!made) // written a moment ago in this unit
        throw std::logic_error("an organization that was just made is not there");
    co_await work.commit();
    co_return std::move(*made);
}

Async<std::optional<Organization>>
named(Services& services, RequestFacts facts, Actor actor, Organization wanted)
{
    auto const& caller = *actor.caller();
    wanted.id = caller.organization_id();
    auto work = co_await services.storage.begin();
    co_await work->organizations().lock(wanted.id);
    co_await domain::require_same_standing(*work, actor, facts.now);
    bool const was_personal = co_await work->organizations().name_personal(wanted, facts.now);
    if (!was_personal)
        co_return std::nullopt;
    auto made = co_await recorded(*work, facts, actor, wanted.id, true);
    co_return made;
}

// The same person in another organization: same address and hash, and what was proven stays proven.
User owner_of(Services& services, User const& person, OrganizationId organization, Instant now)
{
    User owner;
    owner.id = UserId(mint_uuid(now, services.random));
    owner.organization_id = std::move(organization);
    owner.email = person.email;
    owner.mailbox_proven_at = person.mailbox_proven_at;
    owner.name = person.name;
    owner.first_name = person.first_name;
    owner.last_name = person.last_name;
    owner.role = Role::owner;
    owner.password = person.password;
    owner.created_at = now;
    owner.updated_at = now;
    return owner;
}

Async<void> add_owner(Services& services, UnitOfWork& work, User person, Organization made)
{
    auto const owner = owner_of(services, person, made.id, made.created_at);
    bool const inserted = co_await work.users().insert(owner);
    if (!inserted) // nobody can have been in it before
        throw Refusal{.reason = Reason::conflict};
    co_await work.organizations().change_owner(made.id, owner.id, made.created_at);
}

// The caller as stored, nobody moving to or from the address, and nobody's role changing, until
// the unit of work ends.
Async<User> founder(UnitOfWork& work, Actor actor, Instant now)
{
    auto const& caller = *actor.caller();
    CanonicalAddress const address(caller.user.email);
    co_await work.attempts().lock(address);
    co_await work.organizations().lock(caller.organization_id());
    co_await domain::require_same_standing(work, actor, now);
    auto user = co_await domain::caller_as_stored(work, caller, now);
    if (CanonicalAddress(user.email) != address)
        throw Refusal{
            .reason = Reason::conflict, .message = "Your address changed just now. Try again."
        };
    co_return user;
}

// Nobody fills the database with organizations: under the lock on the address.
Async<void> require_room(UnitOfWork& work, User const& person)
{
    CanonicalAddress const address(person.email);
    auto const everywhere = co_await work.directory().live_users(address, 1000);
    auto const owned = std::ranges::count_if(everywhere, [](auto const& candidate) {
        return candidate.user.role == Role::owner;
    });
    if (owned >= most_owned)
        throw Refusal{
            .reason = Reason::conflict,
            .message = "You own as many organizations as one person may."
        };
}

} // namespace

Async<Organization> create(Services& services, RequestFacts facts, Actor actor, Organization wanted)
{
    if (!actor.is_provisioner()) {
        auto personal = co_await named(services, facts, actor, wanted);
        if (personal)
            co_return std::move(*personal);
    }
    wanted.id = OrganizationId(mint_uuid(facts.now, services.random));
    wanted.created_at = facts.now;
    auto work = co_await services.storage.begin();
    if (actor.caller()) {
        auto const person = co_await founder(*work, actor, facts.now);
        co_await require_room(*work, person);
        co_await work->organizations().insert(wanted);
        co_await add_owner(services, *work, person, wanted);
    } else {
        co_await work->organizations().insert(wanted);
    }
    auto made = co_await recorded(*work, facts, actor, wanted.id, false);
    co_return made;
}

} // namespace gatehouse::organizations
