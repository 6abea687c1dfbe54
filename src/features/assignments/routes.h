// The routes about assignments.
#pragma once

#include "http/route.h"

namespace gatehouse::assignments {

inline constexpr http::Route assign_route{
    .method = http::Method::post,
    .path = "/api/assignments",
    .operation = "assign",
    .summary = "Assign a person to a resource; whoever is assigned stays assigned (200)",
    .tag = "assignments",
    .access = http::Access::session(),
    .audit = http::Audit::records("ASSIGNMENT_CHANGED"),
    .surface = http::Surface::organization,
    .answers = "200 201 400 401 403 404 413 415 429 503",
};
inline constexpr http::Route list_route{
    .method = http::Method::get,
    .path = "/api/assignments",
    .operation = "listAssignments",
    .summary = "List assignments, the oldest first",
    .tag = "assignments",
    .access = http::Access::session(),
    .audit = http::Audit::none("reads only"),
    .surface = http::Surface::organization,
    .answers = "200 400 401 403 429 503",
};
inline constexpr http::Route remove_route{
    .method = http::Method::remove,
    .path = "/api/assignments/:id",
    .operation = "unassign",
    .summary = "Take an assignment away; it counts on the next request",
    .tag = "assignments",
    .access = http::Access::session(),
    .audit = http::Audit::records("ASSIGNMENT_CHANGED"),
    .surface = http::Surface::organization,
    .answers = "204 401 403 404 429 503",
};

} // namespace gatehouse::assignments
