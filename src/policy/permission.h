// Permissions: those that the server itself asks about, and those that a policy adds.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace gatehouse::policy {

// In the order of spec/permissions.csv. A policy may declare more: their values begin at
// known_permissions, and only the policy that declared them knows their ids.
enum class Permission : std::uint16_t {
    organization_view,
    organization_edit,
    organization_delete,
    users_view,
    users_create,
    users_edit,
    users_delete,
    profile_edit,
    password_change,
    organization_billing,
    clients_view,
    clients_create,
    clients_edit,
    clients_delete,
    ai_use,
    workflows_use,
    reports_use,
    organization_create,
    organization_transfer,
    organization_settings,
    users_role,
    users_status,
    users_invite,
    profile_view,
    clients_edit_assigned,
    workflows_create,
    workflows_delete,
    reports_create,
    reports_delete,
    resources_assign,
    sessions_view,
    sessions_revoke,
    two_factor_manage,
    vault_use,
    notifications_read,
    search_use,
    settings_security_view,
    settings_security_edit,
    api_keys_manage,
    roles_manage,
    users_impersonate,
};

inline constexpr std::size_t known_permissions = 41;
inline constexpr std::size_t most_permissions = 256; // known and declared together

constexpr std::size_t index(Permission permission)
{
    return static_cast<std::size_t>(permission);
}

struct KnownPermission {
    Permission permission;
    std::string_view id; // stable, e.g. `users.view`
    bool may_be_own; // whether the cell `s` means something: the server compares owners there
};
std::array<KnownPermission, known_permissions> const& known();

} // namespace gatehouse::policy
