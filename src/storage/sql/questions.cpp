// Where a role lives, and what is true of a row for one person.
#include "storage/sql/questions.h"

#include "storage/sql/first_row.h"

#include <utility>

namespace gatehouse::sql {
namespace {
using domain::CustomRoleId;
using domain::OrganizationId;
using domain::ResourceFacts;
using domain::ResourceId;
using domain::UserId;

constexpr Statement select_home("SELECT organization_id FROM custom_roles WHERE id = $1");
constexpr Statement
    select_facts("SELECT r.type, (SELECT count(*) FROM assignments a WHERE a.organization_id = $1 "
                 "AND a.resource_id = r.id AND a.user_id = $3) "
                 "FROM resources r WHERE r.organization_id = $1 AND r.id = $2");

ResourceFacts read_facts(Row const& row)
{
    ResourceFacts facts;
    facts.type = row.text(0);
    facts.assigned = row.integer(1) > 0;
    return facts;
}

} // namespace

Async<std::optional<OrganizationId>> find_home_of(Connection& connection, CustomRoleId role)
{
    auto const rows = co_await connection.query(select_home, Scope::directory(), values(role));
    co_return first_of(rows, [](Row const& row) { return OrganizationId(row.text(0)); });
}

Async<std::optional<ResourceFacts>> find_resource_facts(
    Connection& connection, OrganizationId organization, ResourceId resource, UserId user
)
{
    auto const rows = co_await connection.query(
        select_facts, Scope::organization(organization), values(organization, resource, user)
    );
    co_return first_of(rows, read_facts);
}

} // namespace gatehouse::sql
