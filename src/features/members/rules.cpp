// Reading the query of a list: numbers within their bounds, words from fixed lists.
#include "features/members/rules.h"

#include "core/text.h"
#include "domain/refusal.h"
#include "http/query.h"

#include <array>
#include <utility>

namespace gatehouse::members {
namespace {
using domain::invalid_field;
using domain::MemberSort;
using domain::parse_role;
using domain::UserStatus;

constexpr std::array sorts{
    std::pair(std::string_view("createdAt"), MemberSort::created_at),
    std::pair(std::string_view("email"), MemberSort::email),
    std::pair(std::string_view("firstName"), MemberSort::first_name),
    std::pair(std::string_view("lastName"), MemberSort::last_name),
};

MemberSort sort_named(std::string const& text)
{
    for (auto const& [name, sort] : sorts)
        if (name == text)
            return sort;
    throw invalid_field("sort", "must be one of createdAt, email, firstName, lastName");
}

void read_filter(ListRequest const& request, domain::MemberFilter& filter)
{
    if (request.role) {
        filter.role = parse_role(*request.role);
        if (!filter.role)
            throw invalid_field("role", "must be one of owner, admin, manager, staff");
    }
    if (request.status)
        filter.status = http::is_second("status", request.status, "active", "suspended")
            ? UserStatus::suspended
            : UserStatus::active;
    filter.search = std::string(trimmed(request.search.value_or("")));
}

constexpr std::size_t most_ids = 100;

bool asks_more_than_ids(ListRequest const& request)
{
    return request.role || request.status || request.search || request.sort || request.order
        || request.page || request.limit || request.format;
}

std::vector<domain::UserId> ids_in(std::string_view text)
{
    std::vector<domain::UserId> ids;
    while (true) {
        auto const end = text.find(',');
        auto const id = text.substr(0, end);
        if (id.empty() || ids.size() == most_ids)
            throw invalid_field("ids", "must be 1 to 100 ids with commas between them");
        ids.emplace_back(std::string(id));
        if (end == std::string_view::npos)
            return ids;
        text.remove_prefix(end + 1);
    }
}

} // namespace

Wanted understood(ListRequest const& request)
{
    Wanted wanted;
    if (request.ids) {
        if (asks_more_than_ids(request))
            throw invalid_field("ids", "cannot be asked for together with anything else");
        wanted.ids = ids_in(*request.ids);
    }
    read_filter(request, wanted.filter);
    if (request.sort)
        wanted.window.sort = sort_named(*request.sort);
    wanted.window.descending = http::is_second("order", request.order, "asc", "desc");
    wanted.is_csv = http::is_second("format", request.format, "json", "csv");
    wanted.paging = http::paging_of(request.page, request.limit);
    wanted.window.limit = wanted.paging.limit;
    wanted.window.offset = wanted.paging.offset;
    return wanted;
}

std::string same_list(ListRequest const& request)
{
    return http::query_with(
        {{"role", request.role},
         {"status", request.status},
         {"search", request.search},
         {"sort", request.sort},
         {"order", request.order}}
    );
}

} // namespace gatehouse::members
