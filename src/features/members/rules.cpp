// Reading the query of a list: numbers within their bounds, words from fixed lists.
#include "features/members/rules.h"

#include "core/text.h"
#include "domain/refusal.h"
#include "http/query.h"

#include <array>
#include <limits>
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

void read_page(ListRequest const& request, Wanted& wanted)
{
    wanted.is_paged = request.page || request.limit;
    wanted.window.limit = request.limit.value_or(usual_page);
    wanted.page = request.page.value_or(1);
    if (wanted.window.limit < 1 || wanted.window.limit > longest_page)
        throw invalid_field("limit", "must be a number from 1 to 100");
    if (wanted.page < 1 || wanted.page > std::numeric_limits<std::int64_t>::max() / longest_page)
        throw invalid_field("page", "must be a number from 1");
    wanted.window.offset = (wanted.page - 1) * wanted.window.limit;
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
    read_page(request, wanted);
    return wanted;
}

std::string next_of(ListRequest const& request, std::string const& organization)
{
    auto url = "/api/organizations/" + http::percent_encoded(organization)
        + "/users?page=" + std::to_string(longest_plain_list / longest_page + 1)
        + "&limit=" + std::to_string(longest_page);
    auto const add = [&](char const* name, std::optional<std::string> const& value) {
        if (value)
            url += std::string("&") + name + "=" + http::percent_encoded(*value);
    };
    add("role", request.role);
    add("status", request.status);
    add("search", request.search);
    add("sort", request.sort);
    add("order", request.order);
    return url;
}

} // namespace gatehouse::members
