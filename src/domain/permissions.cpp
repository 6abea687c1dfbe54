// Reading the matrix once; a line that cannot be read is a defect of the build.
#include "domain/permissions.h"

#include "core/text.h"
#include "domain/permissions_embedded.h"

#include <algorithm>
#include <array>
#include <stdexcept>
#include <utility>

namespace gatehouse::domain {
namespace {

constexpr std::array ids{
    std::pair(Permission::organization_view, std::string_view("organization.view")),
    std::pair(Permission::organization_edit, std::string_view("organization.edit")),
    std::pair(Permission::organization_delete, std::string_view("organization.delete")),
    std::pair(Permission::users_view, std::string_view("users.view")),
    std::pair(Permission::users_create, std::string_view("users.create")),
    std::pair(Permission::users_edit, std::string_view("users.edit")),
    std::pair(Permission::users_delete, std::string_view("users.delete")),
    std::pair(Permission::profile_edit, std::string_view("profile.edit")),
    std::pair(Permission::password_change, std::string_view("password.change")),
    std::pair(Permission::organization_billing, std::string_view("organization.billing")),
    std::pair(Permission::clients_view, std::string_view("clients.view")),
    std::pair(Permission::clients_create, std::string_view("clients.create")),
    std::pair(Permission::clients_edit, std::string_view("clients.edit")),
    std::pair(Permission::clients_delete, std::string_view("clients.delete")),
    std::pair(Permission::ai_use, std::string_view("ai.use")),
    std::pair(Permission::workflows_use, std::string_view("workflows.use")),
    std::pair(Permission::reports_use, std::string_view("reports.use")),
    std::pair(Permission::organization_create, std::string_view("organization.create")),
    std::pair(Permission::organization_transfer, std::string_view("organization.transfer")),
    std::pair(Permission::organization_settings, std::string_view("organization.settings")),
    std::pair(Permission::users_role, std::string_view("users.role")),
    std::pair(Permission::users_status, std::string_view("users.status")),
    std::pair(Permission::users_invite, std::string_view("users.invite")),
    std::pair(Permission::profile_view, std::string_view("profile.view")),
    std::pair(Permission::clients_edit_assigned, std::string_view("clients.edit_assigned")),
    std::pair(Permission::workflows_create, std::string_view("workflows.create")),
    std::pair(Permission::workflows_delete, std::string_view("workflows.delete")),
    std::pair(Permission::reports_create, std::string_view("reports.create")),
    std::pair(Permission::reports_delete, std::string_view("reports.delete")),
    std::pair(Permission::resources_assign, std::string_view("resources.assign")),
    std::pair(Permission::sessions_view, std::string_view("sessions.view")),
    std::pair(Permission::sessions_revoke, std::string_view("sessions.revoke")),
    std::pair(Permission::two_factor_manage, std::string_view("two_factor.manage")),
    std::pair(Permission::vault_use, std::string_view("vault.use")),
    std::pair(Permission::notifications_read, std::string_view("notifications.read")),
    std::pair(Permission::search_use, std::string_view("search.use")),
    std::pair(Permission::settings_security_view, std::string_view("SETTINGS_SECURITY_VIEW")),
    std::pair(Permission::settings_security_edit, std::string_view("SETTINGS_SECURITY_EDIT")),
    std::pair(Permission::api_keys_manage, std::string_view("api_keys.manage")),
    std::pair(Permission::roles_manage, std::string_view("roles.manage")),
    std::pair(Permission::users_impersonate, std::string_view("users.impersonate")),
};
constexpr std::size_t role_count = 4; // in the order of Role and of the columns
using Matrix = std::array<std::array<Cell, role_count>, ids.size()>;

[[noreturn]] void unreadable(std::string_view line)
{
    throw std::logic_error("permissions.csv: cannot read \"" + std::string(line) + "\"");
}

Cell read_cell(std::string_view text, std::string_view line)
{
    if (text == "0")
        return Cell::denied;
    if (text == "1")
        return Cell::everywhere;
    if (text == "a")
        return Cell::assigned;
    if (text == "s")
        return Cell::own;
    unreadable(line);
}

std::vector<std::string_view> cut(std::string_view text, char at)
{
    std::vector<std::string_view> pieces;
    while (true) {
        auto const end = text.find(at);
        pieces.push_back(text.substr(0, end));
        if (end == std::string_view::npos)
            return pieces;
        text.remove_prefix(end + 1);
    }
}

Matrix read_matrix(std::string_view text)
{
    Matrix matrix{};
    std::size_t rows = 0;
    auto lines = cut(text, '\n');
    if (lines.front() != "action,permission_id,owner,admin,manager,staff")
        unreadable(lines.front());
    for (auto const line : lines) {
        if (line.empty() || line == lines.front())
            continue;
        auto const cells = cut(line, ',');
        if (cells.size() != 2 + role_count || rows == ids.size() || ids[rows].second != cells[1])
            unreadable(line);
        for (std::size_t role = 0; role < role_count; ++role)
            matrix[rows][role] = read_cell(cells[2 + role], line);
        ++rows;
    }
    if (rows != ids.size())
        throw std::logic_error("permissions.csv: rows are missing");
    return matrix;
}

Matrix const& matrix()
{
    static Matrix const read = read_matrix(embedded_permissions().front().text);
    return read;
}

} // namespace

std::string_view to_text(Permission permission)
{
    return ids.at(static_cast<std::size_t>(permission)).second;
}

Cell cell_of(Role role, Permission permission)
{
    return matrix().at(static_cast<std::size_t>(permission)).at(static_cast<std::size_t>(role));
}

std::vector<std::string> permissions_of(Role role)
{
    std::vector<std::string> held;
    for (auto const& [permission, id] : ids)
        if (cell_of(role, permission) != Cell::denied)
            held.emplace_back(id);
    std::ranges::sort(held);
    return held;
}

} // namespace gatehouse::domain
