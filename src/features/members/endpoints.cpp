// The people of an organization as a list, in pages, or as CSV.
#include "features/members/endpoints.h"

#include "domain/access.h"
#include "features/members/csv.h"
#include "features/members/messages.h"
#include "features/members/rules.h"

#include <limits>
#include <variant>

namespace gatehouse::members {
namespace {
using domain::member_view_of;
using domain::MemberMark;
using domain::MemberSort;
using domain::organization_in_reach;
using domain::OrganizationId;
using domain::Permission;
using domain::require_permission;
using domain::Surface;
using domain::UnitOfWork;
using domain::User;

using Listed = std::variant<MemberList, MemberPage, http::Raw>;

constexpr http::Route list_route{
    .method = http::Method::get,
    .path = "/api/organizations/:id/users",
    .operation = "listMembers",
    .summary = "List the people of an organization: all, in pages, or as CSV",
    .tag = "organizations",
    .access = http::Access::session_or_provisioner(),
    .audit = http::Audit::none("reads only"),
    .surface = Surface::organization,
    .answers = "200 400 401 403 404 429 503",
};

// Rows that one statement brings into memory for CSV.
constexpr std::int64_t csv_batch = 1000;

Async<void> may_list(http::Context& context)
{
    auto const actor = context.actor();
    OrganizationId const id(context.parameter("id"));
    co_await organization_in_reach(context.services, actor, id);
    require_permission(actor, Permission::users_view);
}

MemberList views_of(std::vector<User> const& people)
{
    MemberList views;
    views.reserve(people.size());
    for (auto const& person : people)
        views.push_back(member_view_of(person));
    return views;
}

Async<MemberPage> one_page(UnitOfWork& work, OrganizationId id, Wanted wanted)
{
    auto const people = co_await work.members().list(id, wanted.filter, wanted.window);
    MemberPage page;
    page.data = views_of(people);
    page.total = co_await work.members().count(id, wanted.filter);
    page.page = wanted.page;
    page.limit = wanted.window.limit;
    page.pages = (page.total + page.limit - 1) / page.limit;
    co_return page;
}

// No cut is silent: the number of all, and where the rest is (decisions D-102).
Async<MemberList> plain_list(
    http::Context& context, UnitOfWork& work, OrganizationId id, Wanted wanted, std::string next
)
{
    wanted.window.limit = longest_plain_list;
    wanted.window.offset = 0;
    auto const people = co_await work.members().list(id, wanted.filter, wanted.window);
    auto total = static_cast<std::int64_t>(people.size());
    if (total == longest_plain_list)
        total = co_await work.members().count(id, wanted.filter);
    context.header("X-Total-Count", std::to_string(total));
    if (total > longest_plain_list)
        context.header("Link", "<" + next + ">; rel=\"next\"");
    co_return views_of(people);
}

// Batch by batch, each in a unit of its own: no connection is held for as long as it takes.
Async<std::string> whole_csv(http::Context& context, OrganizationId id, Wanted wanted)
{
    std::string text(csv_head);
    for (std::optional<MemberMark> mark = MemberMark(); mark;) {
        auto work = co_await context.services.storage.read();
        auto batch = co_await work->members().walk(id, wanted.filter, *mark, csv_batch);
        append_csv(text, batch.people);
        mark = std::move(batch.next);
    }
    co_return text;
}

// A page, or everybody in an order that is not that of joining: one statement, so that nobody is
// missed.
Async<std::string> ordered_csv(http::Context& context, OrganizationId id, Wanted wanted)
{
    if (!wanted.is_paged) {
        wanted.window.limit = std::numeric_limits<std::int64_t>::max();
        wanted.window.offset = 0;
    }
    auto work = co_await context.services.storage.read();
    auto const people = co_await work->members().list(id, wanted.filter, wanted.window);
    std::string text(csv_head);
    append_csv(text, people);
    co_return text;
}

Async<http::Raw> as_csv(http::Context& context, OrganizationId id, Wanted wanted)
{
    auto const& window = wanted.window;
    bool const by_joining = window.sort == MemberSort::created_at && !window.descending;
    http::Raw answer{.content_type = "text/csv; charset=utf-8", .body = {}};
    if (by_joining && !wanted.is_paged)
        answer.body = co_await whole_csv(context, id, wanted);
    else
        answer.body = co_await ordered_csv(context, id, wanted);
    context.header("Content-Disposition", "attachment; filename=\"users.csv\"");
    co_return answer;
}

Async<Listed> list(http::Context& context, ListRequest request)
{
    auto const wanted = understood(request);
    OrganizationId const id(context.parameter("id"));
    context.no_store(); // personal rows
    Listed listed;
    if (wanted.is_csv) {
        listed = co_await as_csv(context, id, wanted);
        co_return listed;
    }
    auto next = next_of(request, id.text());
    auto work = co_await context.services.storage.read();
    if (wanted.is_paged)
        listed = co_await one_page(*work, id, wanted);
    else
        listed = co_await plain_list(context, *work, id, wanted, std::move(next));
    co_return listed;
}

} // namespace

std::vector<http::Endpoint> endpoints()
{
    return {http::endpoint(list_route, may_list, list)};
}

} // namespace gatehouse::members
