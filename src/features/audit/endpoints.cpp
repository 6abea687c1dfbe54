// The ledger of one's own organization: its rows, and how many there are.
#include "features/audit/endpoints.h"

#include "domain/access.h"
#include "features/audit/messages.h"
#include "features/audit/rules.h"
#include "http/paging.h"

#include <variant>

namespace gatehouse::audit {
namespace {
using domain::Permission;
using domain::require_permission;
using domain::Surface;
using Listed = std::variant<AuditList, AuditPage>;

constexpr std::string_view list_path = "/api/security/audit-logs";

constexpr http::Route list_route{
    .method = http::Method::get,
    .path = list_path,
    .operation = "listAuditLogs",
    .summary = "List what happened in the organization, newest first: 30 days where none are named",
    .tag = "security",
    .access = http::Access::session(),
    .audit = http::Audit::none("reads only"),
    .surface = Surface::organization,
    .answers = "200 400 401 403 429 503",
};
constexpr http::Route summary_route{
    .method = http::Method::get,
    .path = "/api/security/audit-summary",
    .operation = "summarizeAuditLogs",
    .summary = "Count what happened in the organization, by event, group, outcome and day",
    .tag = "security",
    .access = http::Access::session(),
    .audit = http::Audit::none("reads only"),
    .surface = Surface::organization,
    .answers = "200 400 401 403 429 503",
};

Async<void> may_see(http::Context& context)
{
    require_permission(context.actor(), Permission::settings_security_view);
    co_return;
}

AuditList views_of(std::vector<domain::AuditRow> const& rows)
{
    AuditList views;
    views.reserve(rows.size());
    for (auto const& row : rows)
        views.push_back(view_of(row));
    return views;
}

Async<Listed> list(http::Context& context, ListRequest request)
{
    auto const wanted = understood(request, context.now);
    auto const& organization = context.caller().organization_id();
    context.no_store(); // personal rows
    auto work = co_await context.services.storage.read();
    auto const found = co_await work->audit_log().list(organization, wanted.filter, wanted.window);
    auto const total = co_await work->audit_log().count(organization, wanted.filter);
    http::say_rest(context, wanted.paging, total, std::string(list_path), same_list(request));
    if (!wanted.paging.is_paged)
        co_return views_of(found);
    AuditPage page;
    page.data = views_of(found);
    page.total = total;
    page.page = wanted.paging.page;
    page.limit = wanted.paging.limit;
    page.pages = wanted.paging.pages_of(total);
    co_return page;
}

Async<Summary> summarize(http::Context& context, SummaryRequest request)
{
    auto const period = domain::period_of(request.from, request.to, context.now);
    auto const& organization = context.caller().organization_id();
    context.no_store();
    auto work = co_await context.services.storage.read();
    auto const tallies = co_await work->audit_log().tally(organization, period.from, period.to);
    auto const days = co_await work->audit_log().days(organization, period.from, period.to);
    co_return summary_of(period, tallies, days);
}

} // namespace

std::vector<http::Endpoint> endpoints()
{
    return {
        http::endpoint(list_route, may_see, list), http::endpoint(summary_route, may_see, summarize)
    };
}

} // namespace gatehouse::audit
