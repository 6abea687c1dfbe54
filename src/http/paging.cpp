// Reading and saying pages.
#include "http/paging.h"

#include "domain/refusal.h"
#include "http/query.h"

#include <limits>

namespace gatehouse::http {

using domain::invalid_field;

Paging paging_of(std::optional<std::int64_t> page, std::optional<std::int64_t> limit)
{
    Paging paging;
    if (!page && !limit)
        return paging;
    paging.is_paged = true;
    paging.limit = limit.value_or(usual_page);
    paging.page = page.value_or(1);
    if (paging.limit < 1 || paging.limit > longest_page)
        throw invalid_field("limit", "must be a number from 1 to 100");
    if (paging.page < 1 || paging.page > std::numeric_limits<std::int64_t>::max() / longest_page)
        throw invalid_field("page", "must be a number from 1");
    paging.offset = (paging.page - 1) * paging.limit;
    return paging;
}

// Behind a plain list come pages of the greatest length.
std::string next_of(Paging const& paging, std::string const& path, std::string const& query)
{
    auto const page = paging.is_paged ? paging.page + 1 : longest_plain_list / longest_page + 1;
    auto const limit = paging.is_paged ? paging.limit : longest_page;
    return path + "?page=" + std::to_string(page) + "&limit=" + std::to_string(limit) + query;
}

void say_rest(
    Context& context,
    Paging const& paging,
    std::int64_t total,
    std::string const& path,
    std::string const& query
)
{
    context.header("X-Total-Count", std::to_string(total));
    if (paging.page < paging.pages_of(total))
        context.header("Link", "<" + next_of(paging, path, query) + ">; rel=\"next\"");
}

std::string
query_with(std::vector<std::pair<std::string_view, std::optional<std::string>>> const& members)
{
    std::string query;
    for (auto const& [name, value] : members)
        if (value)
            query += "&" + std::string(name) + "=" + percent_encoded(*value);
    return query;
}

bool is_second(
    std::string const& field,
    std::optional<std::string> const& given,
    std::string_view first,
    std::string_view second
)
{
    if (!given || *given == first)
        return false;
    if (*given == second)
        return true;
    throw invalid_field(field, "must be " + std::string(first) + " or " + std::string(second));
}

} // namespace gatehouse::http
