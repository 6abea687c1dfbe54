// Organizations.
#include "domain/organizations.h"

#include "domain/changed.h"
#include "storage/sql/organization_row.h"
#include "storage/sql/stores.h"

namespace gatehouse::sql {
namespace {
using domain::Organization;
using domain::OrganizationChange;
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

constexpr Statement change_organization(
    "UPDATE organizations SET name = COALESCE($3, name), "
    "industry = CASE WHEN $4 THEN $5 ELSE industry END, "
    "size = CASE WHEN $6 THEN $7 ELSE size END, updated_at = $2 WHERE id = $1 RETURNING id"
);
constexpr Statement name_organization(
    "UPDATE organizations SET name = $3, industry = $4, size = $5, kind = 'business', "
    "updated_at = $2 WHERE id = $1 AND kind = 'personal' RETURNING id"
);
constexpr Statement delete_organization("DELETE FROM organizations WHERE id = $1 RETURNING id");
// NO KEY: people may be added meanwhile, which only holds the key of their organization.
constexpr auto lock_organization = either(
    {.postgres = "SELECT id FROM organizations WHERE id = $1 FOR NO KEY UPDATE",
     .sqlite = "SELECT id FROM organizations WHERE id = $1"}
);
constexpr auto hold_organization = either(
    {.postgres = "SELECT id FROM organizations WHERE id = $1 FOR KEY SHARE",
     .sqlite = "SELECT id FROM organizations WHERE id = $1"}
);
constexpr auto hold_standing_in = either(
    {.postgres = "SELECT id FROM organizations WHERE id = $1 FOR SHARE",
     .sqlite = "SELECT id FROM organizations WHERE id = $1"}
);
constexpr Statement select_plan("SELECT plan FROM organizations WHERE id = $1");
constexpr Statement set_plan("UPDATE organizations SET plan = $2 WHERE id = $1");
constexpr Statement choose_owner(
    "UPDATE organizations SET updated_at = $2, owner_id = (SELECT u.id FROM users u WHERE "
    "u.organization_id = $1 AND u.role = 'owner' AND u.deleted_at IS NULL "
    "ORDER BY u.created_at, u.id LIMIT 1) "
    "WHERE id = $1 AND NOT EXISTS (SELECT 1 FROM users o WHERE o.organization_id = $1 "
    "AND o.id = organizations.owner_id AND o.role = 'owner' AND o.deleted_at IS NULL)"
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

    Async<bool> change(OrganizationId organization, OrganizationChange change, Instant now) override
    {
        auto bound = values(
            organization,
            now,
            change.name,
            change.industry.has_value(),
            change.industry.value_or(std::nullopt),
            change.size.has_value(),
            change.size.value_or(std::nullopt)
        );
        return found(change_organization, organization, std::move(bound));
    }

    Async<bool> name_personal(Organization named, Instant now) override
    {
        auto bound = values(named.id, now, named.name, named.industry, named.size);
        return found(name_organization, named.id, std::move(bound));
    }

    Async<bool> remove(OrganizationId organization) override
    {
        connection_.note(domain::changed(organization));
        return found(delete_organization, organization, values(organization));
    }

    Async<void> lock(OrganizationId organization) override
    {
        co_await connection_.query(
            lock_organization, Scope::organization(organization), values(organization)
        );
    }

    Async<bool> hold(OrganizationId organization) override
    {
        return found(hold_organization, organization, values(organization));
    }

    Async<void> hold_for_next(OrganizationId organization) override
    {
        connection_.later(
            hold_organization, Scope::organization(organization), values(organization)
        );
        co_return;
    }

    Async<bool> hold_standing(OrganizationId organization) override
    {
        return found(hold_standing_in, organization, values(organization));
    }

    Async<void> settle_owner(OrganizationId organization, Instant now) override
    {
        connection_.later(
            choose_owner, Scope::organization(organization), values(organization, now)
        );
        co_return;
    }

    Async<std::optional<std::string>> plan(OrganizationId organization) override
    {
        auto const rows = co_await connection_.query(
            select_plan, Scope::organization(organization), values(organization)
        );
        if (rows.empty())
            co_return std::nullopt;
        co_return rows.front().text(0);
    }

    Async<void> change_plan(OrganizationId organization, std::string plan) override
    {
        connection_.later(set_plan, Scope::organization(organization), values(organization, plan));
        co_return;
    }

private:
    Async<bool> found(Statement const& statement, OrganizationId organization, Values bound)
    {
        auto const rows = co_await connection_.query(
            statement, Scope::organization(organization), std::move(bound)
        );
        co_return !rows.empty();
    }

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
