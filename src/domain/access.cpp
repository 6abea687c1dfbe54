// Where an actor may reach, and what the matrix allows there.
#include "domain/access.h"

#include "domain/directory.h"
#include "domain/session_check.h"

#include <stdexcept>
#include <utility>

namespace gatehouse::domain {
namespace {

constexpr char const* missing_permission = "permission is missing";

void require_same(Actor actor, OrganizationId const& organization)
{
    auto const* const caller = actor.caller();
    if (caller && caller->organization_id() != organization)
        throw Refusal{.reason = Reason::forbidden};
}

bool is_above(Role role)
{
    return role == Role::owner || role == Role::admin;
}

// The provisioner and the operator are bound by no role.
bool acts_as_owner(Actor actor)
{
    auto const* const caller = actor.caller();
    return !caller || caller->user.role == Role::owner;
}

} // namespace

Async<Organization> organization_in_reach(Services& services, Actor actor, OrganizationId id)
{
    auto work = co_await services.storage.read();
    auto found = co_await work->directory().organization(std::move(id));
    if (!found)
        throw Refusal{.reason = Reason::not_found};
    require_same(actor, found->id);
    co_return std::move(*found);
}

Async<User> person_in_reach(Services& services, Actor actor, UserId id)
{
    auto work = co_await services.storage.read();
    auto found = co_await work->directory().live_user(std::move(id));
    if (!found)
        throw Refusal{.reason = Reason::not_found};
    require_same(actor, found->organization_id);
    co_return std::move(*found);
}

Cell reach(Actor actor, Permission permission)
{
    auto const* const caller = actor.caller();
    return caller ? caller->grants.cell(permission) : Cell::everywhere;
}

bool may(Actor actor, Permission permission)
{
    return reach(actor, permission) == Cell::everywhere;
}

Refusal forbidden(std::string_view missing)
{
    Refusal refusal{.reason = Reason::forbidden};
    refusal.details.push_back({std::string(missing), missing_permission});
    return refusal;
}

Refusal forbidden(Actor actor, Permission missing)
{
    auto const* const caller = actor.caller();
    if (!caller)
        throw std::logic_error("who may everything is never forbidden anything");
    return forbidden(caller->policy->id_of(missing));
}

void require_permission(Actor actor, Permission permission)
{
    if (!may(actor, permission))
        throw forbidden(actor, permission);
}

bool may_make(policy::Policy const& policy, Role maker, policy::Grants const& held, Role made)
{
    return maker == Role::owner || (!is_above(made) && policy.grants_of(made).within(held));
}

void require_may_make(Actor actor, Role role)
{
    auto const* const caller = actor.caller(); // none: bound by no role
    if (caller && !may_make(*caller->policy, caller->user.role, caller->grants, role))
        throw Refusal{
            .reason = Reason::forbidden,
            .message
            = "Only an owner makes owners and admins, and nobody else makes people who may "
              "more than they do."
        };
}

void require_not_above(Actor actor, User const& touched)
{
    if (is_above(touched.role) && !actor.is(touched.id) && !acts_as_owner(actor))
        throw Refusal{
            .reason = Reason::forbidden,
            .message = "Address, status and custom role of owners and admins are the owner's."
        };
}

namespace {

Async<SessionFacts> live_session(UnitOfWork& work, Caller const& caller, Instant now)
{
    auto facts = co_await work.directory().session(caller.session_id());
    bool const holds = facts && !why_not_live(*facts, now)
        && (!facts->session.impersonation
            || (caller.policy && impersonation_holds(*facts, *caller.policy)));
    if (!holds)
        throw Refusal{.reason = Reason::session_ended};
    co_return std::move(*facts);
}

} // namespace

Async<User> caller_as_stored(UnitOfWork& work, Caller const& caller, Instant now)
{
    auto facts = co_await live_session(work, caller, now);
    co_return std::move(facts.user);
}

Async<void> require_same_standing(UnitOfWork& work, Actor actor, Instant now)
{
    auto const* const caller = actor.caller();
    if (!caller)
        co_return;
    auto const facts = co_await live_session(work, *caller, now);
    auto const grants = caller->policy->effective(facts.user.role, facts.granted);
    if (facts.user.role != caller->user.role || grants != caller->grants)
        throw Refusal{.reason = Reason::forbidden, .message = "Your role is another one by now."};
}

Async<void> hold_standing(UnitOfWork& work, Actor actor, OrganizationId organization, Instant now)
{
    bool const there = co_await work.organizations().hold_standing(std::move(organization));
    co_await require_same_standing(work, actor, now);
    if (!there)
        throw Refusal{.reason = Reason::not_found};
}

Async<void> hold_own_organization(UnitOfWork& work, Caller const& caller)
{
    bool const there = co_await work.organizations().hold(caller.organization_id());
    if (!there)
        throw Refusal{.reason = Reason::session_ended};
}

Async<void> record_denial(
    Services& services,
    RequestFacts const& facts,
    Caller const& caller,
    Refusal const& refusal,
    std::string_view route,
    Event as
)
{
    auto entry = ledger_entry(facts, as, Outcome::denied, 403, caller.user);
    entry.session_id = caller.session_id();
    entry.resource = std::string(route);
    if (refusal.reason == Reason::forbidden && !refusal.details.empty()) {
        auto const& [field, problem] = refusal.details.front();
        entry.details[problem == missing_permission ? "permission" : "cause"] = field;
    }
    auto work = co_await services.storage.begin();
    co_await work->ledger().append(std::move(entry));
    co_await work->commit();
}

} // namespace gatehouse::domain
