// Pages that begin behind an id: each is one walk along an index, however far it is into the list.
#include "storage/sql/directory_lists.h"

#include "storage/sql/join.h"
#include "storage/sql/organization_row.h"
#include "storage/sql/stores.h"
#include "storage/sql/user_row.h"

namespace gatehouse::sql {
namespace {
using domain::Organization;
using domain::OrganizationId;
using domain::User;
using domain::UserId;

constexpr Statement select_organizations(joined<
                                         "SELECT ",
                                         organization_columns,
                                         " FROM organizations WHERE id > $1 ORDER BY id LIMIT $2">);
constexpr Statement select_people(joined<
                                  "SELECT ",
                                  user_columns,
                                  " FROM users u WHERE u.id > $1 AND u.deleted_at IS NULL "
                                  "ORDER BY u.id LIMIT $2">);
constexpr Statement select_members(joined<
                                   "SELECT ",
                                   user_columns,
                                   " FROM users u WHERE u.organization_id = $1 AND u.id > $2 "
                                   "AND u.deleted_at IS NULL ORDER BY u.id LIMIT $3">);

} // namespace

Async<std::vector<Organization>>
list_organizations(Connection& connection, OrganizationId after, std::int64_t limit)
{
    auto const rows
        = co_await connection.query(select_organizations, Scope::directory(), values(after, limit));
    std::vector<Organization> found;
    for (auto const row : rows)
        found.push_back(read_organization(row));
    co_return found;
}

Async<std::vector<User>> list_people(
    Connection& connection, std::optional<OrganizationId> in, UserId after, std::int64_t limit
)
{
    auto const& statement = in ? select_members : select_people;
    auto bound = in ? values(*in, after, limit) : values(after, limit);
    auto const rows = co_await connection.query(statement, Scope::directory(), std::move(bound));
    std::vector<User> found;
    for (auto const row : rows)
        found.push_back(read_user(row));
    co_return found;
}

} // namespace gatehouse::sql
