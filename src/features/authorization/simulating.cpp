// Reading a proposed change, and comparing.
#include "features/authorization/simulating.h"

#include "domain/access.h"
#include "domain/account_reach.h"
#include "domain/custom_roles.h"
#include "domain/directory.h"
#include "domain/role_rules.h"
#include "domain/standing.h"
#include "http/describe_read.h"

#include <utility>

namespace gatehouse::authorization {
namespace {
using domain::Actor;
using domain::Caller;
using domain::CustomRole;
using domain::CustomRoleId;
using domain::impact_of_role_change;
using domain::impact_on_person;
using domain::invalid_field;
using domain::judged_role_permissions;
using domain::Permission;
using domain::Reason;
using domain::Refusal;
using domain::require_holds_all;
using domain::require_permission;
using domain::RoleImpact;
using domain::Subject;
using domain::UnitOfWork;
using domain::UserId;
using http::Context;

ProposedRole role_in(http::Given given)
{
    ProposedRole role;
    http::describe::Problems problems;
    http::describe::read(given.value, "change.role", role, problems);
    if (!problems.none())
        throw std::move(problems).refusal();
    return role;
}

Async<CustomRole> own_role(UnitOfWork& work, Caller const& caller, CustomRoleId id)
{
    auto const home = co_await work.directory().home_of(id);
    if (!home)
        throw Refusal{.reason = Reason::not_found};
    if (*home != caller.organization_id())
        throw Refusal{.reason = Reason::forbidden};
    auto found = co_await work.custom_roles().find(*home, id);
    if (!found)
        throw Refusal{.reason = Reason::not_found};
    co_return std::move(*found);
}

Async<RoleImpact> of_role(Context const& context, ProposedRole proposed)
{
    auto const& caller = context.caller();
    require_permission(Actor::person(caller), Permission::roles_manage);
    domain::require_free_role_name(proposed.name);
    auto const granted = domain::granted_in(proposed.permissions);
    auto const after = judged_role_permissions(*caller.policy, granted);
    require_holds_all(caller, after);
    auto work = co_await context.services.storage.read();
    std::optional<CustomRole> before;
    if (proposed.id) {
        domain::require_free_role_name(*proposed.id);
        before = co_await own_role(*work, caller, CustomRoleId(*proposed.id));
        co_await domain::require_holders_in_reach(*work, caller, *before);
    }
    auto impact = co_await impact_of_role_change(*work, *caller.policy, before, after);
    co_return impact;
}

Async<Subject> person_now(UnitOfWork& work, Caller const& caller, UserId id)
{
    auto found = co_await work.custom_roles().subject(caller.organization_id(), std::move(id));
    if (!found)
        throw Refusal{.reason = Reason::not_found};
    co_return std::move(*found);
}

domain::Role built_in_role(http::Given const& given)
{
    auto const* const text = given.value.text();
    auto const role = text ? domain::parse_role(*text) : std::nullopt;
    if (!role)
        throw invalid_field("change.role", "must be owner, admin, manager or staff");
    return *role;
}

Async<void>
take_custom_role(UnitOfWork& work, Caller const& caller, Subject& into, http::Given given)
{
    into.custom_role_id.reset();
    into.by_custom_role.clear();
    if (given.value.is_null())
        co_return;
    auto const* const text = given.value.text();
    if (!text)
        throw invalid_field("change.customRoleId", "must be a text or null");
    auto role = co_await own_role(work, caller, CustomRoleId(*text));
    require_holds_all(caller, role.permissions);
    into.by_custom_role = std::move(role.permissions);
}

Async<RoleImpact> of_person(Context const& context, ProposedChange change)
{
    auto const& caller = context.caller();
    auto const actor = Actor::person(caller);
    UserId const id(*change.user_id);
    auto const person = co_await domain::person_in_reach(context.services, actor, id);
    require_permission(actor, Permission::users_role);
    if (change.role.is_there == change.custom_role_id.is_there)
        throw invalid_field("change", "must have either role or customRoleId beside userId");
    auto work = co_await context.services.storage.read();
    auto const before = co_await person_now(*work, caller, id);
    auto after = before;
    if (change.role.is_there) {
        after.role = built_in_role(change.role);
        co_await domain::require_may_change_role(*work, actor, person, after.role);
    } else {
        co_await domain::require_account_in_reach(*work, actor, person);
        co_await take_custom_role(*work, caller, after, std::move(change.custom_role_id));
    }
    co_return impact_on_person(*caller.policy, before, after);
}

} // namespace

Async<RoleImpact> simulate(Context const& context, ProposedChange change)
{
    if (change.user_id)
        return of_person(context, std::move(change));
    if (!change.role.is_there)
        throw invalid_field("change", "must have role, or userId with role or customRoleId");
    return of_role(context, role_in(std::move(change.role)));
}

} // namespace gatehouse::authorization
