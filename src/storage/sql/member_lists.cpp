// Lists of members: sort columns come from here and from nowhere else.
#include "storage/sql/member_lists.h"

#include "core/text.h"
#include "storage/sql/join.h"
#include "storage/sql/user_row.h"

#include <stdexcept>

namespace gatehouse::sql {
namespace {
using domain::MemberFilter;
using domain::MemberSort;
using domain::MemberWindow;
using domain::OrganizationId;

constexpr Text from_here = " FROM users u WHERE u.organization_id = $1 AND u.deleted_at IS NULL "
                           "AND ($2 = '' OR CAST(u.role AS text) = $2) "
                           "AND ($3 = '' OR u.status = $3) AND ($4 = '' OR ";
constexpr Text postgres_search
    = "strpos(lower(u.email COLLATE \"C\"), $4) > 0 "
      "OR strpos(lower((COALESCE(u.first_name, '') || ' ' || COALESCE(u.last_name, '')) COLLATE "
      "\"C\"), $4) > 0 OR strpos(lower(COALESCE(u.name, '') COLLATE \"C\"), $4) > 0)";
constexpr Text sqlite_search
    = "instr(lower(u.email), $4) > 0 "
      "OR instr(lower(COALESCE(u.first_name, '') || ' ' || COALESCE(u.last_name, '')), $4) > 0 "
      "OR instr(lower(COALESCE(u.name, '')), $4) > 0)";
constexpr Text one_window = " LIMIT $5 OFFSET $6";

// Addresses are unique among the live people of an organization; everything else needs more to be
// an order.
constexpr Text postgres_email = "lower(u.email COLLATE \"C\")";
constexpr Text sqlite_email = "lower(u.email)";
constexpr Text postgres_first = "lower(COALESCE(u.first_name, '') COLLATE \"C\")";
constexpr Text sqlite_first = "lower(COALESCE(u.first_name, ''))";
constexpr Text postgres_last = "lower(COALESCE(u.last_name, '') COLLATE \"C\")";
constexpr Text sqlite_last = "lower(COALESCE(u.last_name, ''))";
constexpr Text by_age = "u.created_at, u.id";
constexpr Text by_age_down = "u.created_at DESC, u.id DESC";

template <Text search, Text... order>
inline constexpr char const* list_text
    = joined<"SELECT ", user_columns, from_here, search, " ORDER BY ", order..., one_window>;

struct Orders { // of one sort
    Statement up;
    Statement down;
};

constexpr Orders created_at{
    .up = either(
        {.postgres = list_text<postgres_search, by_age>, .sqlite = list_text<sqlite_search, by_age>}
    ),
    .down = either(
        {.postgres = list_text<postgres_search, by_age_down>,
         .sqlite = list_text<sqlite_search, by_age_down>}
    )
};
constexpr Orders email{
    .up = either(
        {.postgres = list_text<postgres_search, postgres_email>,
         .sqlite = list_text<sqlite_search, sqlite_email>}
    ),
    .down = either(
        {.postgres = list_text<postgres_search, postgres_email, " DESC">,
         .sqlite = list_text<sqlite_search, sqlite_email, " DESC">}
    )
};
constexpr Orders first_name{
    .up = either(
        {.postgres = list_text<postgres_search, postgres_first, ", ", by_age>,
         .sqlite = list_text<sqlite_search, sqlite_first, ", ", by_age>}
    ),
    .down = either(
        {.postgres = list_text<postgres_search, postgres_first, " DESC, ", by_age_down>,
         .sqlite = list_text<sqlite_search, sqlite_first, " DESC, ", by_age_down>}
    )
};
constexpr Orders last_name{
    .up = either(
        {.postgres = list_text<postgres_search, postgres_last, ", ", by_age>,
         .sqlite = list_text<sqlite_search, sqlite_last, ", ", by_age>}
    ),
    .down = either(
        {.postgres = list_text<postgres_search, postgres_last, " DESC, ", by_age_down>,
         .sqlite = list_text<sqlite_search, sqlite_last, " DESC, ", by_age_down>}
    )
};
constexpr auto count_members = either(
    {.postgres = joined<"SELECT count(*)", from_here, postgres_search>,
     .sqlite = joined<"SELECT count(*)", from_here, sqlite_search>}
);

constexpr Text rows_behind = ", u.created_at, u.id) ";
constexpr Text keyed_mark = " ($8, $6, $7)";
constexpr Text walk_key = ", CAST(u.created_at AS text)";
constexpr Text walk_limit = " LIMIT $5";

// From the beginning, by any key.
template <Text search, Text key, Text... order>
inline constexpr char const* first_text = joined<
    "SELECT ",
    user_columns,
    ", ",
    key,
    walk_key,
    from_here,
    search,
    " ORDER BY ",
    order...,
    walk_limit>;

// Behind a mark of the order of joining, and of any other.
template <Text search, Text compared, Text order>
inline constexpr char const* joining_text = joined<
    "SELECT ",
    user_columns,
    ", ''",
    walk_key,
    from_here,
    search,
    " AND (u.created_at, u.id) ",
    compared,
    " ($6, $7) ORDER BY ",
    order,
    walk_limit>;
template <Text search, Text key, Text compared, Text... order>
inline constexpr char const* next_text = joined<
    "SELECT ",
    user_columns,
    ", ",
    key,
    walk_key,
    from_here,
    search,
    " AND (",
    key,
    rows_behind,
    compared,
    keyed_mark,
    " ORDER BY ",
    order...,
    walk_limit>;

struct Walks { // of one sort
    Orders first;
    Orders next;
};

template <Text postgres_key, Text sqlite_key>
inline constexpr Walks walks_by{
    .first
    = {.up = either(
           {.postgres = first_text<postgres_search, postgres_key, postgres_key, ", ", by_age>,
            .sqlite = first_text<sqlite_search, sqlite_key, sqlite_key, ", ", by_age>}
       ),
       .down = either(
           {.postgres
            = first_text<postgres_search, postgres_key, postgres_key, " DESC, ", by_age_down>,
            .sqlite = first_text<sqlite_search, sqlite_key, sqlite_key, " DESC, ", by_age_down>}
       )},
    .next
    = {.up = either(
           {.postgres = next_text<postgres_search, postgres_key, ">", postgres_key, ", ", by_age>,
            .sqlite = next_text<sqlite_search, sqlite_key, ">", sqlite_key, ", ", by_age>}
       ),
       .down = either(
           {.postgres
            = next_text<postgres_search, postgres_key, "<", postgres_key, " DESC, ", by_age_down>,
            .sqlite = next_text<sqlite_search, sqlite_key, "<", sqlite_key, " DESC, ", by_age_down>}
       )}
};

constexpr Text no_key = "''";
constexpr Walks walk_by_joining{
    .first
    = {.up = either(
           {.postgres = first_text<postgres_search, no_key, by_age>,
            .sqlite = first_text<sqlite_search, no_key, by_age>}
       ),
       .down = either(
           {.postgres = first_text<postgres_search, no_key, by_age_down>,
            .sqlite = first_text<sqlite_search, no_key, by_age_down>}
       )},
    .next
    = {.up = either(
           {.postgres = joining_text<postgres_search, ">", by_age>,
            .sqlite = joining_text<sqlite_search, ">", by_age>}
       ),
       .down = either(
           {.postgres = joining_text<postgres_search, "<", by_age_down>,
            .sqlite = joining_text<sqlite_search, "<", by_age_down>}
       )}
};
constexpr Walks const& walk_by_email = walks_by<postgres_email, sqlite_email>;
constexpr Walks const& walk_by_first_name = walks_by<postgres_first, sqlite_first>;
constexpr Walks const& walk_by_last_name = walks_by<postgres_last, sqlite_last>;

Walks const& walks_of(MemberSort sort)
{
    switch (sort) {
    case MemberSort::created_at:
        return walk_by_joining;
    case MemberSort::email:
        return walk_by_email;
    case MemberSort::first_name:
        return walk_by_first_name;
    case MemberSort::last_name:
        return walk_by_last_name;
    }
    throw std::logic_error("a sort without a statement");
}

Orders const& orders_of(MemberSort sort)
{
    switch (sort) {
    case MemberSort::created_at:
        return created_at;
    case MemberSort::email:
        return email;
    case MemberSort::first_name:
        return first_name;
    case MemberSort::last_name:
        return last_name;
    }
    throw std::logic_error("a sort without a statement");
}

} // namespace

std::vector<Value> filter_values(OrganizationId const& organization, MemberFilter const& filter)
{
    auto const role = filter.role ? to_text(*filter.role) : std::string_view();
    auto const status = filter.status ? to_text(*filter.status) : std::string_view();
    return {
        organization.text(), std::string(role), std::string(status), ascii_lower(filter.search)
    };
}

Statement const& member_count()
{
    return count_members;
}

Statement const& member_list(MemberWindow const& window)
{
    auto const& orders = orders_of(window.sort);
    return window.descending ? orders.down : orders.up;
}

Statement const& member_walk(domain::MemberWalk const& walk)
{
    auto const& walks = walks_of(walk.sort);
    auto const& orders = walk.after ? walks.next : walks.first;
    return walk.descending ? orders.down : orders.up;
}

} // namespace gatehouse::sql
