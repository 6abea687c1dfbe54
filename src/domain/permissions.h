// Who may do what: the matrix of spec/permissions.csv, which travels inside the binary.
#pragma once

#include "domain/users.h"

#include <string>
#include <string_view>
#include <vector>

namespace gatehouse::domain {

enum class Permission {
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
std::string_view to_text(Permission permission); // the stable id, e.g. `users.view`

// What a role may do with a permission (spec/permissions, "cell").
enum class Cell {
    denied, // 0
    everywhere, // 1: on every row of the own organization
    assigned, // a: on rows assigned to the caller
    own, // s: on rows that belong to the caller
};

Cell cell_of(Role role, Permission permission);

// The ids whose cell is not `0`, sorted: what answers tell people about themselves.
std::vector<std::string> permissions_of(Role role);

} // namespace gatehouse::domain
