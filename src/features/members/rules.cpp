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

// Whether the second of two words was given.
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

void read_filter(ListRequest const& request, domain::MemberFilter& filter)
{
    if (request.role) {
        filter.role = parse_role(*request.role);
        if (!filter.role)
            throw invalid_field("role", "must be one of owner, admin, manager, staff");
    }
    if (request.status)
        filter.status = is_second("status", request.status, "active", "suspended")
            ? UserStatus::suspended
            : UserStatus::active;
    filter.search = std::string(trimmed(request.search.value_or("")));
}

} // namespace

Wanted understood(ListRequest const& request)
{
    Wanted wanted;
    read_filter(request, wanted.filter);
    if (request.sort)
        wanted.window.sort = sort_named(*request.sort);
    wanted.window.descending = is_second("order", request.order, "asc", "desc");
    wanted.is_csv = is_second("format", request.format, "json", "csv");
    wanted.paging = http::paging_of(request.page, request.limit);
    wanted.window.limit = wanted.paging.limit;
    wanted.window.offset = wanted.paging.offset;
    return wanted;
}

std::string same_list(ListRequest const& request)
{
    std::string query;
    auto const add = [&](char const* name, std::optional<std::string> const& value) {
        if (value)
            query += std::string("&") + name + "=" + http::percent_encoded(*value);
    };
    add("role", request.role);
    add("status", request.status);
    add("search", request.search);
    add("sort", request.sort);
    add("order", request.order);
    return query;
}

} // namespace gatehouse::members
