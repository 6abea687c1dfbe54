// Listing, showing, creating, changing, deleting and giving.
#include "features/roles/endpoints.h"

#include "domain/access.h"
#include "domain/directory.h"
#include "domain/person_view.h"
#include "domain/role_rules.h"
#include "features/roles/messages.h"
#include "features/roles/routes.h"
#include "features/roles/rules.h"
#include "features/roles/writing.h"
#include "http/request_facts.h"
#include "http/step_up.h"

#include <utility>
#include <variant>

namespace gatehouse::roles {
namespace {
using domain::CustomRole;
using domain::CustomRoleId;
using domain::HoldersOfRole;
using domain::ImpactView;
using domain::MemberView;
using domain::OrganizationId;
using domain::Permission;
using domain::person_in_reach;
using domain::Reason;
using domain::Refusal;
using domain::require_permission;
using domain::Role;
using domain::UserId;
using domain::view_of;
using http::Context;
using http::Nothing;

using Created = std::variant<RoleView, ImpactView>;
using Removed = std::variant<Nothing, ImpactView>;

Async<void> may_manage(Context& context)
{
    OrganizationId const id(context.parameter("id"));
    co_await organization_in_reach(context.services, context.actor(), id);
    require_permission(context.actor(), Permission::roles_manage);
}

// One of another organization is 403, whatever path names it (decisions D-79).
Async<void> may_manage_one(Context& context)
{
    co_await may_manage(context);
    auto const& id = context.parameter("roleId");
    if (domain::parse_role(id))
        co_return;
    auto work = co_await context.services.storage.read();
    auto const home = co_await work->directory().home_of(CustomRoleId(id));
    if (!home)
        throw Refusal{.reason = Reason::not_found};
    if (*home != context.caller().organization_id())
        throw Refusal{.reason = Reason::forbidden};
}

Async<void> may_give(Context& context)
{
    UserId const id(context.parameter("id"));
    auto const person = co_await person_in_reach(context.services, context.actor(), id);
    require_permission(context.actor(), Permission::users_role);
    domain::require_not_above(context.actor(), person);
}

RoleView role_view_of(CustomRole const& role)
{
    RoleView view;
    view.id = role.id.text();
    view.name = role.name;
    view.description = role.description;
    view.permissions = view_of(role.permissions);
    view.holders = role.holders;
    view.created_at = role.created_at;
    view.updated_at = role.updated_at;
    return view;
}

RoleView
built_in_view_of(Context const& context, Role role, std::vector<HoldersOfRole> const& counted)
{
    auto const& policy = *context.caller().policy;
    RoleView view;
    view.id = domain::to_text(role);
    view.name = view.id;
    view.built_in = true;
    view.permissions = view_of(policy, policy.grants_of(role));
    for (auto const& one : counted)
        if (one.role == role)
            view.holders = one.people;
    return view;
}

Async<RoleList> list(Context& context, Nothing)
{
    auto const& organization = context.caller().organization_id();
    auto work = co_await context.services.storage.read();
    auto const counted = co_await work->custom_roles().holders_of_built_in(organization);
    auto const custom = co_await work->custom_roles().list(organization, most_roles_listed);
    RoleList views;
    for (auto const role : policy::every_role)
        views.push_back(built_in_view_of(context, role, counted));
    for (auto const& role : custom)
        views.push_back(role_view_of(role));
    context.no_store();
    co_return views;
}

// Of the role alone: how many hold it changes without it.
std::string version_of(RoleView view)
{
    view.holders = 0;
    return http::entity_tag(view);
}

Async<RoleWithHolders> show(Context& context, Nothing)
{
    auto const& organization = context.caller().organization_id();
    auto const& id = context.parameter("roleId");
    context.no_store();
    RoleWithHolders view;
    auto work = co_await context.services.storage.read();
    if (auto const built_in = domain::parse_role(id)) {
        auto const counted = co_await work->custom_roles().holders_of_built_in(organization);
        static_cast<RoleView&>(view) = built_in_view_of(context, *built_in, counted);
        context.header("ETag", version_of(view));
        co_return view;
    }
    auto const role = co_await work->custom_roles().find(organization, CustomRoleId(id));
    if (!role)
        throw Refusal{.reason = Reason::not_found};
    static_cast<RoleView&>(view) = role_view_of(*role);
    context.header("ETag", version_of(view));
    auto const holders = co_await work->custom_roles().holders(
        organization, role->id, domain::most_people_examined
    );
    for (auto const& person : holders)
        view.people.push_back({person.id.text(), std::string(domain::to_text(person.role))});
    co_return view;
}

bool is_preview_of(Context const& context)
{
    return is_preview(http::query_of(context.request));
}

// A preview changes nothing.
Async<void> require_step_up_unless_previewed(Context& context)
{
    if (!is_preview_of(context))
        co_await http::require_step_up_where_asked(
            context, domain::StepUpPurpose::change_permissions
        );
}
Async<void> may_write(Context& context)
{
    co_await may_manage(context);
    co_await require_step_up_unless_previewed(context);
}
Async<void> may_write_one(Context& context)
{
    co_await may_manage_one(context);
    co_await require_step_up_unless_previewed(context);
}
Async<void> may_give_now(Context& context)
{
    co_await may_give(context);
    co_await http::require_step_up_where_asked(context, domain::StepUpPurpose::change_permissions);
}

// I-10, before the rest of the body counts.
CustomRoleId custom_role_in_path(Context const& context)
{
    auto const& id = context.parameter("roleId");
    domain::require_free_role_name(id);
    return CustomRoleId(id);
}

Async<Created> create_role(Context& context, CreateRequest request)
{
    auto const& caller = context.caller();
    bool const preview = is_preview_of(context);
    auto wanted = understood(*caller.policy, request);
    context.no_store();
    if (preview) {
        auto const impact = co_await preview_creation(context.services, caller, std::move(wanted));
        co_return Created(view_of(*caller.policy, impact));
    }
    auto const facts = http::facts_of(context);
    auto const made = co_await create(context.services, facts, caller, std::move(wanted));
    context.status(201);
    co_return Created(role_view_of(made));
}

Expected expected_by(Context const& context)
{
    auto const condition = http::IfMatch::of(context.request);
    if (!condition)
        return {};
    return [condition = *condition](CustomRole const& present) {
        condition.require(version_of(role_view_of(present)));
    };
}

Async<Created> change_role(Context& context, http::Unjudged<ChangeRequest> request)
{
    auto const& caller = context.caller();
    auto const id = custom_role_in_path(context);
    bool const preview = is_preview_of(context);
    auto wanted = understood(*caller.policy, std::move(request).judged());
    context.no_store();
    if (preview) {
        auto const impact
            = co_await preview_change(context.services, caller, id, std::move(wanted));
        co_return Created(view_of(*caller.policy, impact));
    }
    auto expected = expected_by(context);
    auto const facts = http::facts_of(context);
    auto const changed = co_await change(
        context.services, facts, caller, id, std::move(wanted), std::move(expected)
    );
    auto view = role_view_of(changed);
    context.header("ETag", version_of(view));
    co_return Created(std::move(view));
}

Async<Removed> delete_role(Context& context, Nothing)
{
    auto const& caller = context.caller();
    auto const id = custom_role_in_path(context);
    if (is_preview_of(context)) {
        context.no_store();
        auto const impact = co_await preview_removal(context.services, caller, id);
        co_return Removed(view_of(*caller.policy, impact));
    }
    auto const facts = http::facts_of(context);
    co_await remove(context.services, facts, caller, id);
    co_return Removed(Nothing());
}

Async<MemberView> give_role(Context& context, GiveRequest request)
{
    auto role = role_in(request.custom_role_id);
    UserId const id(context.parameter("id"));
    auto person = co_await person_in_reach(context.services, context.actor(), id);
    auto const facts = http::facts_of(context);
    auto const changed = co_await give(
        context.services, facts, context.caller(), std::move(person), std::move(role)
    );
    context.no_store();
    co_return domain::member_view_of(changed);
}

// The query of a route that changes something is none of its body.
http::Endpoint with_preview(http::Endpoint endpoint)
{
    endpoint.shape.query.push_back(
        {.name = "dryRun", .schema = R"({"enum":["0","1","false","true"]})", .required = false}
    );
    return endpoint;
}

} // namespace

std::vector<http::Endpoint> endpoints()
{
    return {
        http::endpoint(list_route, may_manage, list),
        with_preview(http::endpoint(create_route, may_write, create_role)),
        http::endpoint(read_route, may_manage_one, show),
        with_preview(http::endpoint(change_route, may_write_one, change_role)),
        with_preview(http::endpoint(delete_route, may_write_one, delete_role)),
        http::endpoint(give_route, may_give_now, give_role),
    };
}

} // namespace gatehouse::roles
