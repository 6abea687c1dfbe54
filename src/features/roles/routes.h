// The routes about roles.
#pragma once

#include "http/route.h"

namespace gatehouse::roles {

inline constexpr http::Route list_route{
    .method = http::Method::get,
    .path = "/api/organizations/:id/roles",
    .operation = "listRoles",
    .summary = "List the built-in roles and the organization's own, with their cells",
    .tag = "roles",
    .access = http::Access::session(),
    .audit = http::Audit::none("reads only"),
    .surface = http::Surface::organization,
    .answers = "200 401 403 404 429 503",
};
inline constexpr http::Route create_route{
    .method = http::Method::post,
    .path = "/api/organizations/:id/roles",
    .operation = "createRole",
    .summary = "Create a role; with dryRun=1 say what it would hold and save nothing (200)",
    .tag = "roles",
    .access = http::Access::session(),
    .audit = http::Audit::records("PERMISSION_CHANGED STEP_UP_REQUIRED STEP_UP_BYPASSED"),
    .surface = http::Surface::organization,
    .answers = "200 201 400 401 403 404 409 413 415 428 429 503",
};
inline constexpr http::Route read_route{
    .method = http::Method::get,
    .path = "/api/organizations/:id/roles/:roleId",
    .operation = "readRole",
    .summary = "Show a role and who holds it",
    .tag = "roles",
    .access = http::Access::session(),
    .audit = http::Audit::none("reads only"),
    .surface = http::Surface::organization,
    .answers = "200 401 403 404 429 503",
    .versioned = true,
};
inline constexpr http::Route change_route{
    .method = http::Method::patch,
    .path = "/api/organizations/:id/roles/:roleId",
    .operation = "changeRoleOfOrganization",
    .summary = "Change a role; with dryRun=1 say who gains and who loses what and save nothing",
    .tag = "roles",
    .access = http::Access::session(),
    .audit = http::Audit::records("PERMISSION_CHANGED STEP_UP_REQUIRED STEP_UP_BYPASSED"),
    .surface = http::Surface::organization,
    .answers = "200 400 401 403 404 409 412 413 415 428 429 503",
    .versioned = true,
};
inline constexpr http::Route delete_route{
    .method = http::Method::remove,
    .path = "/api/organizations/:id/roles/:roleId",
    .operation = "deleteRole",
    .summary = "Delete a role, which nobody holds any more then; with dryRun=1 say who loses what "
               "and delete nothing (200)",
    .tag = "roles",
    .access = http::Access::session(),
    .audit = http::Audit::records("PERMISSION_CHANGED STEP_UP_REQUIRED STEP_UP_BYPASSED"),
    .surface = http::Surface::organization,
    .answers = "200 204 400 401 403 404 409 428 429 503",
};
inline constexpr http::Route give_route{
    .method = http::Method::patch,
    .path = "/api/users/:id/custom-role",
    .operation = "giveCustomRole",
    .summary = "Give a person a role of the organization's own beside the built-in one, or take it",
    .tag = "roles",
    .access = http::Access::session(),
    .audit = http::Audit::records("PERMISSION_CHANGED STEP_UP_REQUIRED STEP_UP_BYPASSED"),
    .surface = http::Surface::organization,
    .answers = "200 400 401 403 404 413 415 428 429 503",
};

} // namespace gatehouse::roles
