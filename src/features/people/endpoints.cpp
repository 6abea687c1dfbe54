// People: adding, showing, changing and deleting one.
#include "features/people/endpoints.h"

#include "domain/access.h"
#include "domain/directory.h"
#include "domain/standing.h"
#include "features/people/changing.h"
#include "features/people/creating.h"
#include "features/people/messages.h"
#include "features/people/routes.h"
#include "features/people/rules.h"
#include "http/gates.h"
#include "http/request_facts.h"
#include "http/step_up.h"

namespace gatehouse::people {
namespace {
using domain::CanonicalAddress;
using domain::change_role;
using domain::change_status;
using domain::invalid_field;
using domain::member_view_of;
using domain::MemberView;
using domain::organization_in_reach;
using domain::organization_view_of;
using domain::OrganizationId;
using domain::Permission;
using domain::person_in_reach;
using domain::Reason;
using domain::Refusal;
using domain::remove_person;
using domain::require_not_above;
using domain::require_permission;
using domain::User;
using domain::UserId;

Async<User> person_in_path(http::Context& context)
{
    UserId id(context.parameter("id"));
    return person_in_reach(context.services, context.actor(), std::move(id));
}

// One permission about oneself, another about others.
Async<void> gate(http::Context& context, Permission own, Permission others)
{
    auto const person = co_await person_in_path(context);
    auto const actor = context.actor();
    require_permission(actor, actor.is(person.id) ? own : others);
}
Async<void> may_read(http::Context& context)
{
    return gate(context, Permission::profile_view, Permission::users_view);
}
Async<void> may_change(http::Context& context)
{
    return gate(context, Permission::profile_edit, Permission::users_edit);
}
Async<void> may_change_role(http::Context& context)
{
    co_await gate(context, Permission::users_role, Permission::users_role);
    co_await http::require_step_up_where_asked(context, domain::StepUpPurpose::change_role);
}
Async<void> may_delete(http::Context& context)
{
    return gate(context, Permission::users_delete, Permission::users_delete);
}
Async<void> may_change_status(http::Context& context)
{
    auto const person = co_await person_in_path(context);
    require_permission(context.actor(), Permission::users_status);
    require_not_above(context.actor(), person);
}
Async<void> may_search(http::Context& context)
{
    require_permission(context.actor(), Permission::users_view);
    co_return;
}
Async<MemberView> create_person(http::Context& context, http::Unjudged<CreateRequest> request)
{
    auto const actor = context.actor();
    OrganizationId const id(request.members().organization_id);
    if (id.text().empty())
        throw invalid_field("organizationId", "is required");
    auto const organization = co_await organization_in_reach(context.services, actor, id);
    require_permission(actor, Permission::users_create);
    require_grantable(actor, request.members().role);
    auto wanted = understood(std::move(request).judged(), organization.name);
    auto const facts = http::facts_of(context);
    auto const made = co_await create(context.services, facts, actor, std::move(wanted));
    context.no_store();
    context.status(201);
    co_return member_view_of(made);
}

Async<MyView> show_myself(http::Context& context, http::Nothing)
{
    auto const& caller = context.caller();
    auto const& user = caller.user;
    auto work = co_await context.services.storage.read();
    auto const organization = co_await work->organizations().find(user.organization_id);
    if (!organization) // deleted since the session was looked up
        throw Refusal{.reason = Reason::session_ended};
    MyView view;
    static_cast<PersonView&>(view) = person_view_of(user);
    view.permissions = caller.policy->ids_of(caller.grants);
    view.cells = domain::view_of(*caller.policy, caller.grants);
    view.organization = organization_view_of(*organization);
    context.no_store();
    co_return view;
}

// The provisioner looks everywhere and gets the oldest (decisions D-100).
Async<std::optional<User>> oldest_with(http::Context& context, CanonicalAddress address)
{
    auto work = co_await context.services.storage.read();
    if (auto const* const caller = context.actor().caller()) {
        auto found = co_await work->members().find_by_address(caller->organization_id(), address);
        co_return found;
    }
    auto const everywhere = co_await work->directory().live_users(address, 1);
    if (everywhere.empty())
        co_return std::nullopt;
    co_return everywhere.front().user;
}

Async<MemberView> find_by_address(http::Context& context, AddressRequest request)
{
    if (trimmed(request.email).empty())
        throw invalid_field("email", "is required");
    auto const found = co_await oldest_with(context, CanonicalAddress(request.email));
    if (!found)
        throw Refusal{.reason = Reason::not_found};
    context.no_store();
    co_return member_view_of(*found);
}

Async<PersonView> show(http::Context& context, http::Nothing)
{
    auto const person = co_await person_in_path(context);
    context.no_store();
    co_return person_view_of(person);
}

Async<PersonView> change_person(http::Context& context, http::Unjudged<ChangeRequest> request)
{
    require_only_mutable(request.members());
    auto const actor = context.actor();
    auto person = co_await person_in_path(context);
    if (request.members().email)
        require_not_above(actor, person);
    auto const judged = std::move(request).judged();
    Wanted wanted{.change = understood(judged)};
    if (judged.email)
        wanted.address = address_in(*judged.email);
    wanted.expected = http::IfMatch::of(context.request);
    auto const facts = http::facts_of(context);
    auto const changed
        = co_await change(context.services, facts, actor, std::move(person), std::move(wanted));
    context.no_store();
    co_return person_view_of(changed);
}

Async<MemberView> give_role(http::Context& context, RoleRequest request)
{
    auto const role = role_in(request.role);
    auto person = co_await person_in_path(context);
    auto const facts = http::facts_of(context);
    auto const changed = co_await change_role(
        context.services.storage, facts, context.actor(), std::move(person), role
    );
    context.no_store();
    co_return member_view_of(changed);
}

Async<MemberView> give_status(http::Context& context, StatusRequest request)
{
    auto const status = status_in(request.status);
    auto person = co_await person_in_path(context);
    auto const facts = http::facts_of(context);
    auto const changed = co_await change_status(
        context.services.storage, facts, context.actor(), std::move(person), status
    );
    context.services.risk_scores.forget(changed.id);
    context.no_store();
    co_return member_view_of(changed);
}

Async<http::Nothing> delete_person(http::Context& context, http::Nothing)
{
    auto person = co_await person_in_path(context);
    auto const facts = http::facts_of(context);
    co_await remove_person(context.services.storage, facts, context.actor(), std::move(person));
    co_return http::Nothing{};
}

} // namespace

std::vector<http::Endpoint> endpoints()
{
    return {
        http::endpoint(create_route, http::asked_with_the_body, create_person),
        http::endpoint(me_route, show_myself),
        http::endpoint(by_address_route, may_search, find_by_address),
        http::endpoint(read_route, may_read, show),
        http::endpoint(change_route, may_change, change_person),
        http::endpoint(role_route, may_change_role, give_role),
        http::endpoint(status_route, may_change_status, give_status),
        http::endpoint(delete_route, may_delete, delete_person),
    };
}

} // namespace gatehouse::people
