// Roles of an organization's own, and who holds them.
#include "domain/custom_roles.h"

#include "core/text.h"
#include "domain/changed.h"
#include "storage/sql/errors.h"
#include "storage/sql/first_row.h"
#include "storage/sql/granted.h"
#include "storage/sql/statement.h"
#include "storage/sql/stores.h"
#include "storage/sql/subjects.h"

#include <algorithm>
#include <utility>

namespace gatehouse::sql {
namespace {
using domain::CustomRole;
using domain::CustomRoleChange;
using domain::CustomRoleId;
using domain::CustomRoles;
using domain::HoldersOfRole;
using domain::OrganizationId;
using domain::Subject;
using domain::UserId;
using policy::Granted;

constexpr Text of_person = " FROM users u WHERE u.organization_id = $1 AND u.id = $2";
constexpr auto select_granted = either(
    {.postgres = joined<"SELECT ", granted_head, postgres_gathers, granted_tail, of_person>,
     .sqlite = joined<"SELECT ", granted_head, sqlite_gathers, granted_tail, of_person>}
);

constexpr Statement
    insert_role("INSERT INTO custom_roles (id, organization_id, name, description, created_by, "
                "created_at, updated_at) VALUES ($1, $2, $3, $4, $5, $6, $6) "
                "ON CONFLICT DO NOTHING RETURNING id");
constexpr Text permissions_head
    = "INSERT INTO custom_role_permissions (organization_id, role_id, permission_id, cell) "
      "SELECT CAST($1 AS text), CAST($2 AS text), substr(one.text, 2), substr(one.text, 1, 1) "
      "FROM ";
constexpr auto insert_permissions = either(
    {.postgres = joined<permissions_head, "unnest($3::text[]) AS one(text)">,
     .sqlite = joined<permissions_head, "(SELECT value AS text FROM json_each($3)) one">}
);
constexpr Statement
    delete_permissions("DELETE FROM custom_role_permissions WHERE organization_id = $1 "
                       "AND role_id = $2");
constexpr Statement
    change_role("UPDATE custom_roles SET name = COALESCE($4, name), "
                "description = CASE WHEN $5 THEN $6 ELSE description END, updated_at = $3 "
                "WHERE organization_id = $1 AND id = $2 RETURNING id");
constexpr Statement delete_role("DELETE FROM custom_roles WHERE organization_id = $1 AND id = $2 "
                                "RETURNING id");
constexpr Text same_name_head
    = "SELECT id FROM custom_roles WHERE organization_id = $1 AND id <> $3 "
      "AND ";
constexpr auto select_same_name = either(
    {.postgres = joined<same_name_head, "lower(name COLLATE \"C\") = $2">,
     .sqlite = joined<same_name_head, "lower(name) = $2">}
);

constexpr Text role_head
    = "SELECT r.id, r.organization_id, r.name, r.description, r.created_by, r.created_at, "
      "r.updated_at, (SELECT count(*) FROM users u WHERE u.organization_id = r.organization_id "
      "AND u.custom_role_id = r.id AND u.deleted_at IS NULL), (SELECT ";
constexpr Text role_tail = "(p.cell || p.permission_id, ' ') FROM custom_role_permissions p "
                           "WHERE p.organization_id = r.organization_id AND p.role_id = r.id) "
                           "FROM custom_roles r WHERE r.organization_id = $1";
constexpr Text of_role = " AND r.id = $2";
constexpr Text by_age = " ORDER BY r.created_at, r.id LIMIT $2";
constexpr auto select_role = either(
    {.postgres = joined<role_head, postgres_gathers, role_tail, of_role>,
     .sqlite = joined<role_head, sqlite_gathers, role_tail, of_role>}
);
constexpr auto list_roles = either(
    {.postgres = joined<role_head, postgres_gathers, role_tail, by_age>,
     .sqlite = joined<role_head, sqlite_gathers, role_tail, by_age>}
);
constexpr Statement count_roles("SELECT count(*) FROM custom_roles WHERE organization_id = $1");
constexpr Statement count_built_in("SELECT role, count(*) FROM users WHERE organization_id = $1 "
                                   "AND deleted_at IS NULL GROUP BY role");

constexpr Statement
    give_role("UPDATE users SET custom_role_id = $3, updated_at = $4 WHERE organization_id = $1 "
              "AND id = $2 AND deleted_at IS NULL RETURNING id");

CustomRole read_role(Row const& row)
{
    CustomRole role{
        .id = CustomRoleId(row.text(0)),
        .organization_id = OrganizationId(row.text(1)),
        .name = row.text(2),
        .description = row.optional_text(3),
        .permissions = read_granted(row.optional_text(8).value_or("")),
        .created_at = row.instant(5),
        .updated_at = row.instant(6),
        .holders = row.integer(7),
    };
    if (auto by = row.optional_text(4))
        role.created_by = UserId(std::move(*by));
    std::ranges::sort(role.permissions, {}, &Granted::permission_id);
    return role;
}

TextList as_texts(std::vector<Granted> const& permissions)
{
    std::vector<std::string> texts;
    texts.reserve(permissions.size());
    for (auto const& one : permissions)
        texts.push_back(one.cell + one.permission_id);
    return TextList(std::move(texts));
}

class SqlCustomRoles final : public CustomRoles {
public:
    explicit SqlCustomRoles(Connection& connection)
        : connection_(connection)
    {
    }

    Async<std::vector<Granted>> granted_to(OrganizationId organization, UserId user) override
    {
        auto const rows = co_await connection_.query(
            select_granted, Scope::organization(organization), values(organization, user)
        );
        if (rows.empty())
            co_return std::vector<Granted>();
        co_return read_granted(rows.front().optional_text(0).value_or(""));
    }

    Async<bool> insert(CustomRole role) override
    {
        connection_.note(domain::changed(role.organization_id));
        auto const scope = Scope::organization(role.organization_id);
        auto bound = values(
            role.id,
            role.organization_id,
            role.name,
            role.description,
            role.created_by,
            role.created_at
        );
        auto const rows = co_await connection_.query(insert_role, scope, std::move(bound));
        if (rows.empty())
            co_return false;
        put_permissions(role.organization_id, role.id, role.permissions);
        co_return true;
    }

    Async<bool> change(
        OrganizationId organization, CustomRoleId role, CustomRoleChange change, Instant now
    ) override
    {
        connection_.note(domain::changed(organization));
        auto const scope = Scope::organization(organization);
        auto bound = values(
            organization,
            role,
            now,
            change.name,
            change.description.has_value(),
            change.description.value_or(std::nullopt)
        );
        auto const rows = co_await connection_.query(change_role, scope, std::move(bound));
        if (rows.empty())
            co_return false;
        if (change.permissions) {
            connection_.later(delete_permissions, scope, values(organization, role));
            put_permissions(organization, role, *change.permissions);
        }
        co_return true;
    }

    Async<bool> remove(OrganizationId organization, CustomRoleId role) override
    {
        connection_.note(domain::changed(organization));
        return found(delete_role, organization, values(organization, role));
    }

    Async<bool>
    name_is_taken(OrganizationId organization, std::string name, CustomRoleId but) override
    {
        return found(select_same_name, organization, values(organization, ascii_lower(name), but));
    }

    Async<std::optional<CustomRole>> find(OrganizationId organization, CustomRoleId role) override
    {
        auto const rows = co_await connection_.query(
            select_role, Scope::organization(organization), values(organization, role)
        );
        co_return first_of(rows, read_role);
    }

    Async<std::vector<CustomRole>> list(OrganizationId organization, std::int64_t limit) override
    {
        auto const rows = co_await connection_.query(
            list_roles, Scope::organization(organization), values(organization, limit)
        );
        std::vector<CustomRole> roles;
        for (auto const row : rows)
            roles.push_back(read_role(row));
        co_return roles;
    }

    Async<std::int64_t> count(OrganizationId organization) override
    {
        auto const rows = co_await connection_.query(
            count_roles, Scope::organization(organization), values(organization)
        );
        co_return rows.front().integer(0);
    }

    Async<std::vector<HoldersOfRole>> holders_of_built_in(OrganizationId organization) override
    {
        auto const rows = co_await connection_.query(
            count_built_in, Scope::organization(organization), values(organization)
        );
        std::vector<HoldersOfRole> all;
        for (auto const row : rows) {
            auto const role = domain::parse_role(row.text(0));
            if (!role)
                throw StorageError(StorageError::Kind::broken, "users.role holds no role");
            all.push_back({.role = *role, .people = row.integer(1)});
        }
        co_return all;
    }

    Async<std::vector<Subject>>
    holders(OrganizationId organization, CustomRoleId role, std::int64_t limit) override
    {
        return subjects_holding(connection_, std::move(organization), std::move(role), limit);
    }

    Async<std::optional<Subject>> subject(OrganizationId organization, UserId user) override
    {
        return find_subject(connection_, std::move(organization), std::move(user));
    }

    Async<bool> give(
        OrganizationId organization, UserId user, std::optional<CustomRoleId> role, Instant now
    ) override
    {
        connection_.note(domain::changed(user));
        return found(give_role, organization, values(organization, user, role, now));
    }

private:
    void put_permissions(
        OrganizationId const& organization,
        CustomRoleId const& role,
        std::vector<Granted> const& permissions
    )
    {
        if (permissions.empty())
            return;
        connection_.later(
            insert_permissions,
            Scope::organization(organization),
            values(organization, role, as_texts(permissions))
        );
    }

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

std::unique_ptr<domain::CustomRoles> make_custom_roles(Connection& connection)
{
    return std::make_unique<SqlCustomRoles>(connection);
}

} // namespace gatehouse::sql
