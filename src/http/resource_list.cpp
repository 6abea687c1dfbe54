// Reading the query, and saying where a cut list goes on.
#include "http/resource_list.h"

#include "core/text.h"
#include "domain/resource_access.h"

#include <utility>

namespace gatehouse::http {
namespace {
using domain::Caller;
using domain::Cell;
using domain::ResourceFilter;
using domain::ResourceSort;
using domain::ResourceStep;
using domain::ResourceWindow;

ResourceFilter filter_of(Caller const& caller, std::string type, ResourceListRequest const& request)
{
    auto const cell = domain::require_step(caller, type, ResourceStep::view);
    ResourceFilter filter;
    filter.type = std::move(type);
    filter.search = std::string(trimmed(request.search.value_or("")));
    if (cell != Cell::everywhere)
        filter.assigned_to = caller.user_id();
    return filter;
}

ResourceWindow window_of(ResourceListRequest const& request, Paging const& paging)
{
    ResourceWindow window;
    bool const by_name = is_second("sort", request.sort, "createdAt", "name");
    window.sort = by_name ? ResourceSort::name : ResourceSort::created_at;
    window.descending = is_second("order", request.order, "asc", "desc");
    window.limit = paging.limit;
    window.offset = paging.offset;
    return window;
}

} // namespace

Async<ResourceList>
list_resources(Context& context, std::string type, std::string path, ResourceListRequest request)
{
    auto const& caller = context.caller();
    ResourceList list;
    list.paging = paging_of(request.page, request.limit);
    auto const window = window_of(request, list.paging);
    auto const filter = filter_of(caller, std::move(type), request);
    context.no_store();
    auto work = co_await context.services.storage.read();
    auto const& organization = caller.organization_id();
    list.found = co_await work->resources().list(organization, filter, window);
    list.total = static_cast<std::int64_t>(list.found.size());
    if (list.paging.is_paged || list.total == longest_plain_list)
        list.total = co_await work->resources().count(organization, filter);
    auto const same
        = query_with({{"search", request.search}, {"sort", request.sort}, {"order", request.order}}
        );
    say_rest(context, list.paging, list.total, path, same);
    co_return list;
}

} // namespace gatehouse::http
