// Organizations.
#include "domain/organizations.h"

#include "storage/sql/stores.h"

namespace gatehouse::sql {
namespace {
using domain::Organization;
using domain::OrganizationId;
using domain::OrganizationKind;
using domain::Organizations;
using domain::UserId;

constexpr Statement
    insert_organization("INSERT INTO organizations (id, name, kind, created_at, updated_at) "
                        "VALUES ($1, $2, $3, $4, $4)");
constexpr Statement
    set_owner("UPDATE organizations SET owner_id = $2, updated_at = $3 WHERE id = $1");
constexpr Statement
    find_organization("SELECT id, name, kind, owner_id, created_at FROM organizations WHERE id = $1"
    );

class SqlOrganizations final : public Organizations {
public:
    explicit SqlOrganizations(Connection& connection)
        : connection_(connection)
    {
    }

    Async<void> insert(Organization organization) override
    {
        auto const kind = organization.kind == OrganizationKind::personal ? "personal" : "business";
        connection_.later(
            insert_organization,
            Scope::organization(organization.id),
            values(organization.id, organization.name, kind, organization.created_at)
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
        auto const row = rows.front();
        Organization found;
        found.id = OrganizationId(row.text(0));
        found.name = row.text(1);
        found.kind
            = row.text(2) == "personal" ? OrganizationKind::personal : OrganizationKind::business;
        if (auto owner = row.optional_text(3))
            found.owner_id = UserId(std::move(*owner));
        found.created_at = row.instant(4);
        co_return found;
    }

private:
    Connection& connection_;
};

} // namespace

std::unique_ptr<domain::Organizations> make_organizations(Connection& connection)
{
    return std::make_unique<SqlOrganizations>(connection);
}

} // namespace gatehouse::sql
