// People with what they hold: the built-in role, the custom one and what was granted to them alone.
#include "storage/sql/subjects.h"

#include "storage/sql/errors.h"
#include "storage/sql/first_row.h"
#include "storage/sql/granted.h"
#include "storage/sql/join.h"

#include <utility>

namespace gatehouse::sql {
namespace {
using domain::CustomRoleId;
using domain::OrganizationId;
using domain::Subject;
using domain::UserId;
using domain::UserStatus;
using policy::Granted;

constexpr Text head
    = "SELECT u.id, u.organization_id, u.role, u.status, u.custom_role_id, (SELECT r.name "
      "FROM custom_roles r WHERE r.organization_id = u.organization_id "
      "AND r.id = u.custom_role_id), (SELECT ";
constexpr Text middle
    = "(p.cell || p.permission_id, ' ') FROM custom_role_permissions p "
      "WHERE p.organization_id = u.organization_id AND p.role_id = u.custom_role_id), (SELECT ";
constexpr Text tail = "(g.cell || g.permission_id, ' ') FROM user_permissions g "
                      "WHERE g.organization_id = u.organization_id AND g.user_id = u.id) "
                      "FROM users u WHERE u.deleted_at IS NULL AND ";
template <Text gathers, Text end>
inline constexpr char const* text = joined<head, gathers, middle, gathers, tail, end>;

constexpr Text in_organization = "u.organization_id = $1 AND u.id = $2";
constexpr Text anywhere = "u.id = $1";
constexpr Text who_hold = "u.organization_id = $1 AND u.custom_role_id = $2 ORDER BY u.id LIMIT $3";
constexpr auto select_subject = either(
    {.postgres = text<postgres_gathers, in_organization>,
     .sqlite = text<sqlite_gathers, in_organization>}
);
constexpr auto select_anywhere = either(
    {.postgres = text<postgres_gathers, anywhere>, .sqlite = text<sqlite_gathers, anywhere>}
);
constexpr auto list_holders = either(
    {.postgres = text<postgres_gathers, who_hold>, .sqlite = text<sqlite_gathers, who_hold>}
);

Subject read_subject(Row const& row)
{
    auto const role = domain::parse_role(row.text(2));
    if (!role)
        throw StorageError(StorageError::Kind::broken, "users.role holds no role");
    Subject subject;
    subject.id = UserId(row.text(0));
    subject.organization_id = OrganizationId(row.text(1));
    subject.role = *role;
    // Anything but `active` counts as suspended: an unknown status must not admit anybody.
    subject.status = row.text(3) == "active" ? UserStatus::active : UserStatus::suspended;
    if (auto custom = row.optional_text(4))
        subject.custom_role_id = CustomRoleId(std::move(*custom));
    subject.custom_role_name = row.optional_text(5);
    subject.by_custom_role = read_granted(row.optional_text(6).value_or(""));
    subject.alone = read_granted(row.optional_text(7).value_or(""));
    return subject;
}

} // namespace

Async<std::optional<Subject>>
find_subject(Connection& connection, OrganizationId organization, UserId user)
{
    auto const rows = co_await connection.query(
        select_subject, Scope::organization(organization), values(organization, user)
    );
    co_return first_of(rows, read_subject);
}

Async<std::optional<Subject>> find_subject_anywhere(Connection& connection, UserId user)
{
    auto const rows = co_await connection.query(select_anywhere, Scope::directory(), values(user));
    co_return first_of(rows, read_subject);
}

Async<std::vector<Subject>> subjects_holding(
    Connection& connection, OrganizationId organization, CustomRoleId role, std::int64_t limit
)
{
    auto const rows = co_await connection.query(
        list_holders, Scope::organization(organization), values(organization, role, limit)
    );
    std::vector<Subject> all;
    for (auto const row : rows)
        all.push_back(read_subject(row));
    co_return all;
}

std::vector<Granted> read_granted(std::string_view column)
{
    std::vector<Granted> granted;
    while (!column.empty()) {
        auto const end = column.find(' ');
        auto const one = column.substr(0, end);
        if (one.size() > 1)
            granted.push_back(
                {.permission_id = std::string(one.substr(1)), .cell = std::string(one.substr(0, 1))}
            );
        if (end == std::string_view::npos)
            break;
        column.remove_prefix(end + 1);
    }
    return granted;
}

} // namespace gatehouse::sql
