// Asking for reports, and getting them.
#include "features/reports/endpoints.h"

#include "domain/reports.h"
#include "domain/resource_access.h"
#include "features/reports/downloading.h"
#include "features/reports/generating.h"
#include "features/reports/routes.h"
#include "features/reports/rules.h"
#include "http/gates.h"
#include "http/request_facts.h"
#include "http/resource_list.h"

#include <utility>
#include <variant>

namespace gatehouse::reports {
namespace {
using domain::AssignmentFilter;
using domain::Caller;
using domain::organization_in_reach;
using domain::OrganizationId;
using domain::Reason;
using domain::Refusal;
using domain::require_permission;
using domain::require_step;
using domain::Resource;
using domain::resource_in_reach;
using domain::ResourceId;
using domain::ResourceStep;
using domain::UnitOfWork;
using http::Context;
using http::Nothing;
using http::ResourceListRequest;
using http::Streamed;
using http::Unjudged;
using policy::Cell;

using Listed = std::variant<ReportList, ReportPage>;

Async<Resource> report_in_reach(Context& context, ResourceStep step)
{
    ResourceId const id(context.parameter("id"));
    auto work = co_await context.services.storage.read();
    co_return co_await resource_in_reach(*work, context.caller(), resource_type, id, step);
}

Async<void> gate(Context& context, ResourceStep step)
{
    co_await report_in_reach(context, step);
}
Async<void> may_view(Context& context)
{
    return gate(context, ResourceStep::view);
}
Async<void> may_change(Context& context)
{
    return gate(context, ResourceStep::edit);
}
Async<void> may_remove(Context& context)
{
    return gate(context, ResourceStep::remove);
}
Async<void> may_list(Context& context)
{
    require_step(context.caller(), resource_type, ResourceStep::view);
    co_return;
}

// Writing one costs what reading every person costs: neither are they begun nor kept without end.
Async<void> require_room(domain::Services& services, UnitOfWork& work, OrganizationId id)
{
    auto const there = co_await work.reports().counts(std::move(id));
    if (there.kept >= most_kept)
        throw Refusal{
            .reason = Reason::conflict,
            .message = "There are as many reports as are kept. Delete one first."
        };
    if (!services.settings.rate_limit || there.unfinished < most_unfinished)
        co_return;
    Refusal refusal{.reason = Reason::rate_limited};
    refusal.message = "As many reports are being written as may be at a time.";
    refusal.retry_after_seconds = 60;
    throw refusal;
}

Async<ReportView> create(Context& context, Unjudged<CreateRequest> request)
{
    auto const& caller = context.caller();
    if (auto const named = organization_in(request.members().organization_id))
        co_await organization_in_reach(context.services, context.actor(), *named);
    require_step(caller, resource_type, ResourceStep::create);
    auto const judged = std::move(request).judged();
    auto wanted = new_report(judged, context.now);
    require_permission(context.actor(), permission_for(wanted.type));
    auto const facts = http::facts_of(context);
    auto const made = co_await domain::create_resource(
        context.services, facts, caller, resource_type, std::move(wanted.resource), require_room
    );
    generate_later(context.services, made);
    context.no_store();
    context.status(201);
    co_return view_of(made);
}

Async<Listed> list(Context& context, ResourceListRequest request)
{
    auto const listed
        = co_await http::list_resources(context, resource_type, collection, std::move(request));
    ReportList views;
    views.reserve(listed.found.size());
    for (auto const& report : listed.found)
        views.push_back(view_of(report));
    if (!listed.paging.is_paged)
        co_return Listed(std::move(views));
    ReportPage page;
    page.data = std::move(views);
    page.total = listed.total;
    page.page = listed.paging.page;
    page.pages = listed.paging.pages_of(listed.total);
    page.limit = listed.paging.limit;
    co_return Listed(std::move(page));
}

Async<ReportView> show(Context& context, Nothing)
{
    auto const found = co_await report_in_reach(context, ResourceStep::view);
    if (standing_of(found).status == Status::generating) // and nobody may be at it any more
        generate_later(context.services, found);
    context.no_store();
    co_return view_of(found);
}

domain::Expected expected_by(Context const& context)
{
    auto const condition = http::IfMatch::of(context.request);
    if (!condition)
        return {};
    return [condition = *condition](Resource const& present) {
        condition.require(http::entity_tag(view_of(present)));
    };
}

Async<ReportView> change(Context& context, ChangeRequest request)
{
    auto wanted = change_of(request);
    auto expected = expected_by(context);
    ResourceId const id(context.parameter("id"));
    auto const facts = http::facts_of(context);
    auto const changed = co_await domain::change_resource(
        context.services,
        facts,
        context.caller(),
        resource_type,
        id,
        std::move(wanted),
        std::move(expected)
    );
    context.no_store();
    co_return view_of(changed);
}

Async<Nothing> remove(Context& context, Nothing)
{
    ResourceId const id(context.parameter("id"));
    auto const facts = http::facts_of(context);
    co_await domain::remove_resource(context.services, facts, context.caller(), resource_type, id);
    co_return Nothing{};
}

Refusal not_ready(Standing const& standing)
{
    Refusal refusal{.reason = Reason::conflict, .error = "The report is not ready"};
    refusal.message = "It is being written. Ask again in a moment.";
    if (standing.status == Status::failed) {
        refusal.error = "The report failed";
        refusal.message = standing.problem.value_or("Ask for a new one.");
    }
    return refusal;
}

// Its name is made of fixed words: what people call it stays out of the header.
std::string attachment(Standing const& standing)
{
    auto const type = standing.type ? to_text(*standing.type) : std::string_view("report");
    auto const format = standing.format ? to_text(*standing.format) : std::string_view("txt");
    return "attachment; filename=\"" + std::string(type) + "." + std::string(format) + "\"";
}

// What a report holds is for those who may see it anywhere else, and for whom somebody else
// assigned to it: whoever was its first assignee by asking for it, and was demoted since, is
// neither.
Async<void> require_right_to_content(UnitOfWork& work, Caller const& caller, Resource report)
{
    auto const type = standing_of(report).type;
    auto const needed = type ? permission_for(*type) : policy::Permission::settings_security_view;
    if (caller.grants.cell(needed) == Cell::everywhere)
        co_return;
    AssignmentFilter const mine{.resource_id = report.id, .user_id = caller.user_id()};
    auto const assigned = co_await work.assignments().list(report.organization_id, mine, 1, 0);
    if (assigned.empty() || assigned.front().assigned_by == caller.user_id())
        throw domain::forbidden(caller.policy->id_of(needed));
}

Async<Streamed> download(Context& context, Nothing)
{
    auto const found = co_await report_in_reach(context, ResourceStep::view);
    auto const standing = standing_of(found);
    auto& storage = context.services.storage;
    auto work = co_await storage.read();
    co_await require_right_to_content(*work, context.caller(), found);
    work.reset();
    auto file = co_await streamed_file(storage, found);
    if (!file) {
        generate_later(context.services, found);
        throw not_ready(standing);
    }
    context.no_store();
    context.header("Content-Disposition", attachment(standing));
    co_return std::move(*file);
}

} // namespace

std::vector<http::Endpoint> endpoints(policy::Policy const& policy)
{
    auto const* const type = policy.resource_type(resource_type);
    if (!type || type->general)
        return {};
    return {
        http::endpoint(create_route, http::asked_with_the_body, create),
        http::endpoint(list_route, may_list, list),
        http::endpoint(read_route, may_view, show),
        http::endpoint(change_route, may_change, change),
        http::endpoint(remove_route, may_remove, remove),
        http::endpoint(download_route, may_view, download),
    };
}

} // namespace gatehouse::reports
