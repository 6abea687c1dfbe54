// The routes about one person.
#pragma once

#include "http/route.h"

namespace gatehouse::people {

inline constexpr http::Route create_route{
    .method = http::Method::post,
    .path = "/api/users",
    .operation = "createPerson",
    .summary = "Add a person to an organization",
    .tag = "people",
    .access = http::Access::session_or_provisioner(),
    .audit = http::Audit::records("USER_CREATED"),
    .surface = http::Surface::organization,
    .answers = "201 400 401 403 404 409 413 415 429 503",
};
inline constexpr http::Route me_route{
    .method = http::Method::get,
    .path = "/api/users/me",
    .operation = "readMyself",
    .summary = "Show the caller, with permissions and organization",
    .tag = "people",
    .access = http::Access::session(),
    .audit = http::Audit::none("reads only"),
    .surface = http::Surface::organization,
    .answers = "200 401 403 429 503",
    .while_enrolling = true,
};
inline constexpr http::Route by_address_route{
    .method = http::Method::get,
    .path = "/api/users/by-email",
    .operation = "findPersonByAddress",
    .summary = "Find a person of one's own organization by address",
    .tag = "people",
    .access = http::Access::session_or_provisioner(),
    .audit = http::Audit::none("reads only"),
    .surface = http::Surface::organization,
    .answers = "200 400 401 403 404 429 503",
};
inline constexpr http::Route read_route{
    .method = http::Method::get,
    .path = "/api/users/:id",
    .operation = "readPerson",
    .summary = "Show a person",
    .tag = "people",
    .access = http::Access::session_or_provisioner(),
    .audit = http::Audit::none("reads only"),
    .surface = http::Surface::organization,
    .answers = "200 401 403 404 429 503",
    .versioned = true,
};
inline constexpr http::Route change_route{
    .method = http::Method::patch,
    .path = "/api/users/:id",
    .operation = "changePerson",
    .summary = "Change names or the address of a person",
    .tag = "people",
    .access = http::Access::session_or_provisioner(),
    .audit = http::Audit::records("EMAIL_CHANGED PROFILE_UPDATED USER_UPDATED"),
    .surface = http::Surface::organization,
    .answers = "200 400 401 403 404 409 412 413 415 429 503",
    .versioned = true,
};
inline constexpr http::Route role_route{
    .method = http::Method::patch,
    .path = "/api/users/:id/role",
    .operation = "changeRole",
    .summary = "Change the role of a person",
    .tag = "people",
    .access = http::Access::session(),
    .audit = http::Audit::records("ROLE_CHANGED STEP_UP_REQUIRED STEP_UP_BYPASSED"),
    .surface = http::Surface::organization,
    .answers = "200 400 401 403 404 413 415 428 429 503",
};
inline constexpr http::Route status_route{
    .method = http::Method::patch,
    .path = "/api/users/:id/status",
    .operation = "changeStatus",
    .summary = "Suspend or reactivate a person",
    .tag = "people",
    .access = http::Access::session(),
    .audit = http::Audit::records("USER_SUSPENDED USER_REACTIVATED"),
    .surface = http::Surface::organization,
    .answers = "200 400 401 403 404 413 415 429 503",
};
inline constexpr http::Route delete_route{
    .method = http::Method::remove,
    .path = "/api/users/:id",
    .operation = "deletePerson",
    .summary = "Delete a person: sessions end, the address is free again",
    .tag = "people",
    .access = http::Access::session_or_provisioner(),
    .audit = http::Audit::records("USER_DELETED"),
    .surface = http::Surface::organization,
    .answers = "204 400 401 403 404 429 503",
};

} // namespace gatehouse::people
