// Assigning, listing, taking away.
#include "features/assignments/endpoints.h"

#include "core/uuid.h"
#include "domain/access.h"
#include "domain/directory.h"
#include "features/assignments/assigning.h"
#include "features/assignments/messages.h"
#include "features/assignments/routes.h"
#include "http/gates.h"
#include "http/paging.h"
#include "http/request_facts.h"

#include <utility>
#include <variant>

namespace gatehouse::assignments {
namespace {
using domain::Assignment;
using domain::AssignmentFilter;
using domain::AssignmentId;
using domain::invalid_field;
using domain::Permission;
using domain::Reason;
using domain::Refusal;
using domain::require_permission;
using domain::ResourceId;
using domain::UserId;

using Listed = std::variant<AssignmentList, AssignmentPage>;

Async<void> may_assign(http::Context& context)
{
    require_permission(context.actor(), Permission::resources_assign);
    co_return;
}

Async<void> may_unassign(http::Context& context)
{
    AssignmentId const id(context.parameter("id"));
    auto work = co_await context.services.storage.read();
    auto const found = co_await work->directory().assignment(id);
    if (!found)
        throw Refusal{.reason = Reason::not_found};
    if (found->organization_id != context.caller().organization_id())
        throw Refusal{.reason = Reason::forbidden};
    require_permission(context.actor(), Permission::resources_assign);
}

AssignmentView view_of(Assignment const& assignment)
{
    AssignmentView view{
        .id = assignment.id.text(),
        .organization_id = assignment.organization_id.text(),
        .resource_type = assignment.resource_type,
        .resource_id = assignment.resource_id.text(),
        .user_id = assignment.user_id.text(),
        .created_at = assignment.created_at,
    };
    if (assignment.assigned_by)
        view.assigned_by = assignment.assigned_by->text();
    return view;
}

void require_type(http::Context const& context, std::string const& type)
{
    if (!context.caller().policy->resource_type(type))
        throw invalid_field("resourceType", "is none of the types of resources");
}

// Where, what, and then the rest of the body.
Async<AssignmentView> assign_person(http::Context& context, http::Unjudged<AssignRequest> unjudged)
{
    auto const& caller = context.caller();
    auto const& said = unjudged.members();
    auto look = co_await context.services.storage.read();
    co_await require_reach(*look, caller, ResourceId(said.resource_id), UserId(said.user_id));
    look.reset();
    require_permission(context.actor(), Permission::resources_assign);
    auto request = std::move(unjudged).judged();
    require_type(context, request.resource_type);
    auto const facts = http::facts_of(context);
    Assignment wanted{
        .id = AssignmentId(mint_uuid(facts.now, context.services.random)),
        .organization_id = caller.organization_id(),
        .resource_type = std::move(request.resource_type),
        .resource_id = ResourceId(std::move(request.resource_id)),
        .user_id = UserId(std::move(request.user_id)),
        .assigned_by = caller.user_id(),
        .created_at = facts.now,
    };
    auto const assigned = co_await assign(context.services, facts, caller, std::move(wanted));
    context.status(assigned.is_new ? 201 : 200);
    co_return view_of(assigned.assignment);
}

AssignmentFilter filter_of(ListRequest const& request)
{
    AssignmentFilter filter{.resource_type = request.resource_type};
    if (request.resource_id)
        filter.resource_id = ResourceId(*request.resource_id);
    if (request.user_id)
        filter.user_id = UserId(*request.user_id);
    return filter;
}

Async<Listed> list(http::Context& context, ListRequest request)
{
    if (request.resource_type)
        require_type(context, *request.resource_type);
    auto const paging = http::paging_of(request.page, request.limit);
    auto const filter = filter_of(request);
    auto const& organization = context.caller().organization_id();
    auto work = co_await context.services.storage.read();
    auto const found
        = co_await work->assignments().list(organization, filter, paging.limit, paging.offset);
    AssignmentPage page{.page = paging.page, .limit = paging.limit};
    for (auto const& assignment : found)
        page.data.push_back(view_of(assignment));
    page.total = static_cast<std::int64_t>(found.size());
    if (paging.is_paged || page.total == http::longest_plain_list)
        page.total = co_await work->assignments().count(organization, filter);
    page.pages = paging.pages_of(page.total);
    if (paging.is_paged)
        co_return Listed(std::move(page));
    auto const same = http::query_with(
        {{"resourceType", request.resource_type},
         {"resourceId", request.resource_id},
         {"userId", request.user_id}}
    );
    http::say_rest(context, paging, page.total, std::string(list_route.path), same);
    co_return Listed(std::move(page.data));
}

Async<http::Nothing> take_away(http::Context& context, http::Nothing)
{
    AssignmentId const id(context.parameter("id"));
    auto const facts = http::facts_of(context);
    co_await unassign(context.services, facts, context.caller(), id);
    co_return http::Nothing{};
}

} // namespace

std::vector<http::Endpoint> endpoints()
{
    return {
        http::endpoint(assign_route, http::asked_with_the_body, assign_person),
        http::endpoint(list_route, may_assign, list),
        http::endpoint(remove_route, may_unassign, take_away),
    };
}

} // namespace gatehouse::assignments
