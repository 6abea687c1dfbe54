// The ids that the server itself asks about.
#include "policy/permission.h"

namespace gatehouse::policy {
namespace {

constexpr std::array table{
    KnownPermission{Permission::organization_view, "organization.view", false},
    KnownPermission{Permission::organization_edit, "organization.edit", false},
    KnownPermission{Permission::organization_delete, "organization.delete", false},
    KnownPermission{Permission::users_view, "users.view", false},
    KnownPermission{Permission::users_create, "users.create", false},
    KnownPermission{Permission::users_edit, "users.edit", false},
    KnownPermission{Permission::users_delete, "users.delete", false},
    KnownPermission{Permission::profile_edit, "profile.edit", true},
    KnownPermission{Permission::password_change, "password.change", true},
    KnownPermission{Permission::organization_billing, "organization.billing", false},
    KnownPermission{Permission::clients_view, "clients.view", false},
    KnownPermission{Permission::clients_create, "clients.create", false},
    KnownPermission{Permission::clients_edit, "clients.edit", false},
    KnownPermission{Permission::clients_delete, "clients.delete", false},
    KnownPermission{Permission::ai_use, "ai.use", false},
    KnownPermission{Permission::workflows_use, "workflows.use", false},
    KnownPermission{Permission::reports_use, "reports.use", false},
    KnownPermission{Permission::organization_create, "organization.create", false},
    KnownPermission{Permission::organization_transfer, "organization.transfer", false},
    KnownPermission{Permission::organization_settings, "organization.settings", false},
    KnownPermission{Permission::users_role, "users.role", false},
    KnownPermission{Permission::users_status, "users.status", false},
    KnownPermission{Permission::users_invite, "users.invite", false},
    KnownPermission{Permission::profile_view, "profile.view", true},
    KnownPermission{Permission::clients_edit_assigned, "clients.edit_assigned", false},
    KnownPermission{Permission::workflows_create, "workflows.create", false},
    KnownPermission{Permission::workflows_delete, "workflows.delete", false},
    KnownPermission{Permission::reports_create, "reports.create", false},
    KnownPermission{Permission::reports_delete, "reports.delete", false},
    KnownPermission{Permission::resources_assign, "resources.assign", false},
    KnownPermission{Permission::sessions_view, "sessions.view", true},
    KnownPermission{Permission::sessions_revoke, "sessions.revoke", true},
    KnownPermission{Permission::two_factor_manage, "two_factor.manage", true},
    KnownPermission{Permission::vault_use, "vault.use", true},
    KnownPermission{Permission::notifications_read, "notifications.read", true},
    KnownPermission{Permission::search_use, "search.use", false},
    KnownPermission{Permission::settings_security_view, "SETTINGS_SECURITY_VIEW", false},
    KnownPermission{Permission::settings_security_edit, "SETTINGS_SECURITY_EDIT", false},
    KnownPermission{Permission::api_keys_manage, "api_keys.manage", false},
    KnownPermission{Permission::roles_manage, "roles.manage", false},
    KnownPermission{Permission::users_impersonate, "users.impersonate", false},
};
static_assert(table.size() == known_permissions);

} // namespace

std::array<KnownPermission, known_permissions> const& known()
{
    return table;
}

} // namespace gatehouse::policy
