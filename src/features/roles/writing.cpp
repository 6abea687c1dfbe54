// Each write with its one ledger row; names stay out of it, they may be personal.
#include "features/roles/writing.h"

#include "core/uuid.h"
#include "domain/access.h"
#include "domain/account_reach.h"
#include "domain/deed.h"
#include "domain/directory.h"
#include "domain/members.h"
#include "domain/notifications.h"
#include "domain/organizations.h"
#include "domain/role_rules.h"

#include <utility>

namespace gatehouse::roles {
namespace {
using domain::Actor;
using domain::Caller;
using domain::CustomRole;
using domain::CustomRoleChange;
using domain::CustomRoleId;
using domain::Event;
using domain::impact_of_role_change;
using domain::LedgerEntry;
using domain::OrganizationId;
using domain::Reason;
using domain::Refusal;
using domain::RequestFacts;
using domain::require_holders_in_reach;
using domain::require_holds_all;
using domain::require_same_standing;
using domain::RoleImpact;
using domain::Services;
using domain::UnitOfWork;
using domain::User;
using policy::Granted;

// Nobody else decides about roles of the organization meanwhile, nor has the caller lost the right
// to since the gate.
Async<void> lock(UnitOfWork& work, Caller const& caller, Instant now)
{
    co_await work.organizations().lock(caller.organization_id());
    co_await require_same_standing(work, Actor::person(caller), now);
}

Refusal name_taken()
{
    return Refusal{
        .reason = Reason::conflict, .message = "Another role of the organization has this name."
    };
}

Async<CustomRole> existing(UnitOfWork& work, OrganizationId organization, CustomRoleId id)
{
    auto found = co_await work.custom_roles().find(std::move(organization), std::move(id));
    if (!found)
        throw Refusal{.reason = Reason::not_found};
    co_return std::move(*found);
}

LedgerEntry
entry_about(RequestFacts const& facts, Caller const& caller, int status, CustomRoleId const& role)
{
    auto entry = domain::deed(
        facts, Actor::person(caller), Event::permission_changed, status, caller.organization_id()
    );
    entry.resource = "role";
    entry.resource_id = role.text();
    return entry;
}

// What both a creation and its preview ask.
Async<void> judge_creation(UnitOfWork& work, Caller const& caller, std::string name)
{
    auto const& organization = caller.organization_id();
    auto const there = co_await work.custom_roles().count(organization);
    if (there >= most_roles)
        throw Refusal{.reason = Reason::conflict, .message = "There are 100 roles already."};
    bool const taken
        = co_await work.custom_roles().name_is_taken(organization, name, CustomRoleId());
    if (taken)
        throw name_taken();
}

Async<CustomRole>
judge_change(UnitOfWork& work, Caller const& caller, CustomRoleId id, CustomRoleChange wanted)
{
    auto before = co_await existing(work, caller.organization_id(), id);
    co_await require_holders_in_reach(work, caller, before);
    if (!wanted.name)
        co_return before;
    bool const taken
        = co_await work.custom_roles().name_is_taken(caller.organization_id(), *wanted.name, id);
    if (taken)
        throw name_taken();
    co_return before;
}

std::string fields_of(CustomRoleChange const& change)
{
    std::string fields;
    auto const add = [&](bool is_there, char const* name) {
        if (is_there)
            fields += (fields.empty() ? "" : " ") + std::string(name);
    };
    add(change.name.has_value(), "name");
    add(change.description.has_value(), "description");
    add(change.permissions.has_value(), "permissions");
    return fields;
}

// I-7 about a role that is given away as it stands; one of another organization is 403.
Async<void> judge_gift(UnitOfWork& work, Caller const& caller, CustomRoleId id)
{
    auto const home = co_await work.directory().home_of(id);
    if (!home)
        throw Refusal{.reason = Reason::not_found};
    if (*home != caller.organization_id())
        throw Refusal{.reason = Reason::forbidden};
    auto const role = co_await existing(work, *home, id);
    require_holds_all(caller, role.permissions);
}

} // namespace

Async<CustomRole>
create(Services& services, RequestFacts facts, Caller const& caller, NewRole wanted)
{
    require_holds_all(caller, wanted.permissions);
    CustomRole role{
        .id = CustomRoleId(mint_uuid(facts.now, services.random)),
        .organization_id = caller.organization_id(),
        .name = std::move(wanted.name),
        .description = std::move(wanted.description),
        .permissions = std::move(wanted.permissions),
        .created_by = caller.user_id(),
        .created_at = facts.now,
        .updated_at = facts.now,
    };
    auto work = co_await services.storage.begin();
    co_await lock(*work, caller, facts.now);
    co_await judge_creation(*work, caller, role.name);
    bool const made = co_await work->custom_roles().insert(role);
    if (!made) // by SQL, which takes no lock of ours
        throw name_taken();
    auto entry = entry_about(facts, caller, 201, role.id);
    entry.details["change"] = "created";
    entry.details["newValue"] = in_words(role.permissions);
    co_await work->ledger().append(std::move(entry));
    co_await work->commit();
    co_return role;
}

Async<CustomRole> change(
    Services& services,
    RequestFacts facts,
    Caller const& caller,
    CustomRoleId id,
    CustomRoleChange wanted,
    Expected expected
)
{
    if (wanted.permissions)
        require_holds_all(caller, *wanted.permissions);
    auto work = co_await services.storage.begin();
    co_await lock(*work, caller, facts.now);
    auto const before = co_await judge_change(*work, caller, id, wanted);
    if (expected)
        expected(before);
    auto const& organization = before.organization_id;
    bool const changed = co_await work->custom_roles().change(organization, id, wanted, facts.now);
    if (!changed)
        throw Refusal{.reason = Reason::not_found};
    auto entry = entry_about(facts, caller, 200, id);
    entry.details["change"] = "changed";
    entry.details["fields"] = fields_of(wanted);
    if (wanted.permissions) {
        entry.details["oldValue"] = in_words(before.permissions);
        entry.details["newValue"] = in_words(*wanted.permissions);
    }
    co_await work->ledger().append(std::move(entry));
    auto after = co_await existing(*work, organization, id);
    co_await work->commit();
    co_return after;
}

Async<void> remove(Services& services, RequestFacts facts, Caller const& caller, CustomRoleId id)
{
    auto work = co_await services.storage.begin();
    co_await lock(*work, caller, facts.now);
    auto const before = co_await existing(*work, caller.organization_id(), id);
    co_await require_holders_in_reach(*work, caller, before);
    bool const removed = co_await work->custom_roles().remove(before.organization_id, id);
    if (!removed)
        throw Refusal{.reason = Reason::not_found};
    auto entry = entry_about(facts, caller, 204, id);
    entry.details["change"] = "deleted";
    entry.details["oldValue"] = in_words(before.permissions);
    entry.details["holders"] = before.holders;
    co_await work->ledger().append(std::move(entry));
    co_await work->commit();
}

Async<User> give(
    Services& services,
    RequestFacts facts,
    Caller const& caller,
    User person,
    std::optional<CustomRoleId> role
)
{
    auto const actor = Actor::person(caller);
    auto work = co_await services.storage.begin();
    co_await lock(*work, caller, facts.now);
    auto const before = co_await work->users().find(person.organization_id, person.id);
    if (!before)
        throw Refusal{.reason = Reason::not_found};
    co_await domain::require_account_in_reach(*work, actor, *before); // perhaps raised meanwhile
    if (role)
        co_await judge_gift(*work, caller, *role);
    auto const& organization = before->organization_id;
    bool const given
        = co_await work->custom_roles().give(organization, before->id, role, facts.now);
    if (!given)
        throw Refusal{.reason = Reason::not_found};
    json::Object told{{"customRoleId", role ? json::Value(role->text()) : json::Value()}};
    co_await work->members().notifications().add(
        organization, before->id, domain::NotificationKind::role_changed, std::move(told), facts.now
    );
    auto entry = domain::deed(facts, actor, Event::permission_changed, 200, *before);
    entry.details["change"] = role ? "role given" : "role taken away";
    if (before->custom_role_id)
        entry.details["oldValue"] = before->custom_role_id->text();
    if (role)
        entry.details["newValue"] = role->text();
    co_await work->ledger().append(std::move(entry));
    auto after = co_await work->users().find(organization, before->id);
    co_await work->commit();
    if (!after)
        throw Refusal{.reason = Reason::not_found};
    co_return std::move(*after);
}

Async<RoleImpact> preview_creation(Services& services, Caller const& caller, NewRole wanted)
{
    require_holds_all(caller, wanted.permissions);
    auto work = co_await services.storage.read();
    co_await judge_creation(*work, caller, wanted.name);
    auto impact
        = co_await impact_of_role_change(*work, *caller.policy, std::nullopt, wanted.permissions);
    co_return impact;
}

Async<RoleImpact>
preview_change(Services& services, Caller const& caller, CustomRoleId id, CustomRoleChange wanted)
{
    if (wanted.permissions)
        require_holds_all(caller, *wanted.permissions);
    auto work = co_await services.storage.read();
    auto const before = co_await judge_change(*work, caller, id, wanted);
    auto const after = wanted.permissions.value_or(before.permissions);
    auto impact = co_await impact_of_role_change(*work, *caller.policy, before, after);
    co_return impact;
}

Async<RoleImpact> preview_removal(Services& services, Caller const& caller, CustomRoleId id)
{
    auto work = co_await services.storage.read();
    auto const before = co_await existing(*work, caller.organization_id(), id);
    co_await require_holders_in_reach(*work, caller, before);
    std::vector<Granted> const nothing;
    auto impact = co_await impact_of_role_change(*work, *caller.policy, before, nothing);
    co_return impact;
}

} // namespace gatehouse::roles
