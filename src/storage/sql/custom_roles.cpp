// Roles of an organization's own.
#include "domain/custom_roles.h"

#include "storage/sql/granted.h"
#include "storage/sql/rows.h"
#include "storage/sql/statement.h"
#include "storage/sql/stores.h"

namespace gatehouse::sql {
namespace {
using domain::CustomRoles;
using domain::OrganizationId;
using domain::UserId;
using policy::Granted;

constexpr Text of_person = " FROM users u WHERE u.organization_id = $1 AND u.id = $2";
constexpr auto select_granted = either(
    {.postgres = joined<"SELECT ", granted_head, postgres_gathers, granted_tail, of_person>,
     .sqlite = joined<"SELECT ", granted_head, sqlite_gathers, granted_tail, of_person>}
);

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

private:
    Connection& connection_;
};

} // namespace

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

std::unique_ptr<domain::CustomRoles> make_custom_roles(Connection& connection)
{
    return std::make_unique<SqlCustomRoles>(connection);
}

} // namespace gatehouse::sql
