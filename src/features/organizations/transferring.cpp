// The change of owners, under the lock on the organization (I-4).
#include "features/organizations/transferring.h"

#include "domain/access.h"
#include "domain/deed.h"
#include "domain/ledger.h"
#include "domain/members.h"
#include "domain/notifications.h"

#include <stdexcept>

namespace gatehouse::organizations {
namespace {
using domain::Actor;
using domain::deed;
using domain::Event;
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
using domain::UserStatus;

Async<User> person_in(UnitOfWork& work, OrganizationId organization, UserId person)
{
    auto found = co_await work.users().find(std::move(organization), std::move(person));
    if (!found || found->deleted_at)
        throw Refusal{.reason = Reason::not_found};
    co_return std::move(*found);
}

// Nobody is left to decide where the owner cannot sign in.
void require_able(User const& heir)
{
    if (heir.status != UserStatus::active || !heir.email_verified)
        throw domain::invalid_field("newOwnerId", "names somebody who cannot sign in");
}

Async<void> give_role(UnitOfWork& work, User const& person, Role role, Instant now)
{
    bool const changed
        = co_await work.members().change_role(person.organization_id, person.id, role, now);
    if (!changed)
        throw Refusal{.reason = Reason::not_found};
    if (role == person.role)
        co_return;
    json::Object told{{"from", domain::to_text(person.role)}, {"to", domain::to_text(role)}};
    co_await work.members().notifications().add(
        person.organization_id,
        person.id,
        domain::NotificationKind::role_changed,
        std::move(told),
        now
    );
}

} // namespace

Async<Organization>
transfer(Services& services, RequestFacts const& facts, Actor actor, UserId heir)
{
    auto const* const caller = actor.caller();
    if (!caller)
        throw std::logic_error("an organization is given away by its owner");
    auto const id = caller->organization_id();
    auto work = co_await services.storage.begin();
    co_await work->organizations().lock(id);
    co_await domain::require_same_standing(*work, actor, facts.now);
    if (caller->user.role != Role::owner)
        throw Refusal{
            .reason = Reason::forbidden, .message = "Only an owner gives an organization away."
        };
    if (actor.is(heir))
        throw Refusal{.reason = Reason::self_action};
    auto const after = co_await person_in(*work, id, heir);
    require_able(after);
    co_await give_role(*work, after, Role::owner, facts.now);
    co_await give_role(*work, caller->user, Role::admin, facts.now);
    co_await work->organizations().change_owner(id, after.id, facts.now);
    auto entry = deed(facts, actor, Event::organization_transferred, 200, after);
    entry.resource = "organization";
    entry.resource_id = id.text();
    entry.details["oldValue"] = caller->user_id().text();
    entry.details["newValue"] = after.id.text();
    entry.details["heirRole"] = std::string(domain::to_text(after.role)); // what it was until now
    co_await work->ledger().append(std::move(entry));
    auto transferred = co_await work->organizations().find(id);
    if (!transferred)
        throw Refusal{.reason = Reason::session_ended};
    co_await work->commit();
    co_return std::move(*transferred);
}

} // namespace gatehouse::organizations
