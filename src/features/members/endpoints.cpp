// The people of an organization as a list, in pages, or as CSV.
#include "features/members/endpoints.h"

#include "domain/access.h"
#include "features/members/csv.h"
#include "features/members/messages.h"
#include "features/members/rules.h"
#include "features/members/streaming.h"
#include "http/query.h"

#include <variant>

namespace gatehouse::members {
namespace {
using domain::member_view_of;
using domain::organization_in_reach;
using domain::OrganizationId;
using domain::Permission;
using domain::require_permission;
using domain::Surface;
using domain::UnitOfWork;
using domain::User;

using Listed = std::variant<MemberList, MemberPage, http::Raw, http::Streamed>;

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

std::string path_of(OrganizationId const& id)
{
    return "/api/organizations/" + http::percent_encoded(id.text()) + "/users";
}

Async<MemberPage> one_page(
    http::Context& context, UnitOfWork& work, OrganizationId id, Wanted wanted, std::string same
)
{
    auto const people = co_await work.members().list(id, wanted.filter, wanted.window);
    MemberPage page;
    page.data = views_of(people);
    page.total = co_await work.members().count(id, wanted.filter);
    page.page = wanted.paging.page;
    page.limit = wanted.paging.limit;
    page.pages = wanted.paging.pages_of(page.total);
    http::say_rest(context, wanted.paging, page.total, path_of(id), same);
    co_return page;
}

Async<MemberList> plain_list(
    http::Context& context, UnitOfWork& work, OrganizationId id, Wanted wanted, std::string same
)
{
    auto const people = co_await work.members().list(id, wanted.filter, wanted.window);
    auto total = static_cast<std::int64_t>(people.size());
    if (total == wanted.paging.limit)
        total = co_await work.members().count(id, wanted.filter);
    http::say_rest(context, wanted.paging, total, path_of(id), same);
    co_return views_of(people);
}

// Who of these is here: the others are left out, whether they are gone or were never known.
Async<MemberList>
named(http::Context& context, OrganizationId id, std::vector<domain::UserId> wanted)
{
    auto work = co_await context.services.storage.read();
    auto const people = co_await work->members().among(id, std::move(wanted));
    co_return views_of(people);
}

Async<http::Raw> page_as_csv(http::Context& context, OrganizationId id, Wanted wanted)
{
    auto work = co_await context.services.storage.read();
    auto const people = co_await work->members().list(id, wanted.filter, wanted.window);
    http::Raw answer{.content_type = std::string(csv_type), .body = std::string(csv_head)};
    append_csv(answer.body, people);
    co_return answer;
}

Async<Listed> as_csv(http::Context& context, OrganizationId id, Wanted wanted)
{
    context.header("Content-Disposition", "attachment; filename=\"users.csv\"");
    Listed listed;
    if (wanted.paging.is_paged)
        listed = co_await page_as_csv(context, id, wanted);
    else
        listed = co_await streamed_csv(context.services.storage, id, wanted);
    co_return listed;
}

Async<Listed> list(http::Context& context, ListRequest request)
{
    auto const wanted = understood(request);
    OrganizationId const id(context.parameter("id"));
    context.no_store(); // personal rows
    Listed listed;
    if (!wanted.ids.empty()) {
        listed = co_await named(context, id, wanted.ids);
        co_return listed;
    }
    if (wanted.is_csv) {
        listed = co_await as_csv(context, id, wanted);
        co_return listed;
    }
    auto same = same_list(request);
    auto work = co_await context.services.storage.read();
    if (wanted.paging.is_paged)
        listed = co_await one_page(context, *work, id, wanted, std::move(same));
    else
        listed = co_await plain_list(context, *work, id, wanted, std::move(same));
    co_return listed;
}

} // namespace

std::vector<http::Endpoint> endpoints()
{
    return {http::endpoint(list_route, may_list, list)};
}

} // namespace gatehouse::members
