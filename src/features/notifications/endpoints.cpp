// Listing and clearing one's own: there is no path to anybody else's.
#include "features/notifications/endpoints.h"

#include "domain/access.h"
#include "domain/deed.h"
#include "domain/ledger.h"
#include "domain/members.h"
#include "domain/notifications.h"
#include "features/notifications/messages.h"
#include "http/paging.h"
#include "http/request_facts.h"

#include <utility>
#include <variant>

namespace gatehouse::notifications {
namespace {
using domain::Notification;
using domain::Permission;
using http::Context;

using Listed = std::variant<NotificationList, NotificationPage>;

constexpr http::Route list_route{
    .method = http::Method::get,
    .path = "/api/notifications",
    .operation = "listNotifications",
    .summary = "List what one was told and has not cleared, the newest first",
    .tag = "notifications",
    .access = http::Access::session(),
    .audit = http::Audit::none("reads only"),
    .surface = http::Surface::organization,
    .answers = "200 400 401 403 429 503",
};
constexpr http::Route clear_route{
    .method = http::Method::post,
    .path = "/api/notifications/clear",
    .operation = "clearNotifications",
    .summary = "Clear all that one was told",
    .tag = "notifications",
    .access = http::Access::session(),
    .audit = http::Audit::records("PROFILE_UPDATED"),
    .surface = http::Surface::organization,
    .answers = "200 400 401 403 413 415 429 503",
};

Async<void> may_read(Context& context)
{
    auto const& caller = context.caller();
    if (!caller.grants.holds(Permission::notifications_read)) // any cell opens one's own
        throw domain::forbidden(caller.policy->id_of(Permission::notifications_read));
    co_return;
}

NotificationView view_of(Notification notification)
{
    NotificationView view;
    view.id = std::move(notification.id);
    view.kind = std::move(notification.kind);
    view.data = json::Value(std::move(notification.data));
    view.created_at = notification.created_at;
    return view;
}

Async<Listed> list(Context& context, ListRequest request)
{
    auto const paging = http::paging_of(request.page, request.limit);
    auto const& caller = context.caller();
    context.no_store();
    auto work = co_await context.services.storage.read();
    auto found = co_await work->members().notifications().list(
        caller.organization_id(), caller.user_id(), paging.limit, paging.offset
    );
    NotificationPage page{.page = paging.page, .limit = paging.limit};
    for (auto& notification : found)
        page.data.push_back(view_of(std::move(notification)));
    page.total = static_cast<std::int64_t>(page.data.size());
    if (paging.is_paged || page.total == http::longest_plain_list)
        page.total = co_await work->members().notifications().count(
            caller.organization_id(), caller.user_id()
        );
    page.pages = paging.pages_of(page.total);
    if (paging.is_paged)
        co_return Listed(std::move(page));
    http::say_rest(context, paging, page.total, std::string(list_route.path));
    co_return Listed(std::move(page.data));
}

// Where nothing was cleared nothing changed, and nothing is recorded.
Async<ClearAnswer> clear(Context& context, http::Nothing)
{
    auto const& caller = context.caller();
    auto const facts = http::facts_of(context);
    context.no_store();
    auto work = co_await context.services.storage.begin();
    co_await domain::hold_own_organization(*work, caller);
    co_await domain::caller_as_stored(*work, caller, context.now);
    ClearAnswer answer;
    answer.cleared = co_await work->members().notifications().clear(
        caller.organization_id(), caller.user_id(), context.now
    );
    if (answer.cleared == 0)
        co_return answer;
    auto const actor = context.actor();
    auto entry = domain::deed(facts, actor, domain::Event::profile_updated, 200, caller.user);
    entry.details["fields"] = std::string("notifications");
    entry.details["cleared"] = answer.cleared;
    co_await work->ledger().append(std::move(entry));
    co_await work->commit();
    co_return answer;
}

} // namespace

std::vector<http::Endpoint> endpoints()
{
    return {
        http::endpoint(list_route, may_read, list),
        http::endpoint(clear_route, may_read, clear),
    };
}

} // namespace gatehouse::notifications
