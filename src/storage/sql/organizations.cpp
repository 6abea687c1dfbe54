// Organizations.
#include "domain/organizations.h"

#include "storage/sql/organization_row.h"
#include "storage/sql/stores.h"

namespace gatehouse::sql {
namespace {
using domain::Organization;
using domain::OrganizationId;
using domain::OrganizationKind;
using domain::Organizations;
using domain::UserId;

constexpr Statement
    insert_organization("INSERT INTO organizations (id, name, kind, industry, size, created_at, "
                        "updated_at) VALUES ($1, $2, $3, $4, $5, $6, $6)");
constexpr Statement
    set_owner("UPDATE organizations SET owner_id = $2, updated_at = $3 WHERE id = $1");
constexpr Statement
    find_organization(joined<"SELECT ", organization_columns, " FROM organizations WHERE id = $1">);

class SqlOrganizations final : public Organizations {
public:
    explicit SqlOrganizations(Connection& connection)
        : connection_(connection)
    {
    }

    Async<void> insert(Organization organization) override
    {
        auto const kind = organization.kind == OrganizationKind::personal ? "personal" : "business";
        auto bound = values(
            organization.id,
            organization.name,
            kind,
            organization.industry,
            organization.size,
            organization.created_at
        );
        connection_.later(
            insert_organization, Scope::organization(organization.id), std::move(bound)
        );
        co_return;
    }

    Async<void> change_owner(OrganizationId organization, UserId owner, Instant now) override
    {
        connection_.later(
            set_owner, Scope::organization(organization), values(organization, owner, now)
        );
        co_return;
    }

    Async<std::optional<Organization>> find(OrganizationId organization) override
    {
        auto const rows = co_await connection_.query(
            find_organization, Scope::organization(organization), values(organization)
        );
        if (rows.empty())
            co_return std::nullopt;
        co_return read_organization(rows.front());
    }

private:
    Connection& connection_;
};

} // namespace

Organization read_organization(Row const& row)
{
    Organization found;
    found.id = OrganizationId(row.text(0));
    found.name = row.text(1);
    found.kind
        = row.text(2) == "personal" ? OrganizationKind::personal : OrganizationKind::business;
    if (auto owner = row.optional_text(3))
        found.owner_id = UserId(std::move(*owner));
    found.industry = row.optional_text(4);
    found.size = row.optional_text(5);
    found.created_at = row.instant(6);
    found.updated_at = row.instant(7);
    return found;
}

std::unique_ptr<domain::Organizations> make_organizations(Connection& connection)
{
    return std::make_unique<SqlOrganizations>(connection);
}

} // namespace gatehouse::sql
