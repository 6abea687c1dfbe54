// The routes about reports.
#pragma once

#include "http/route.h"

namespace gatehouse::reports {

inline constexpr char const* collection = "/api/reports";

inline constexpr http::Route create_route{
    .method = http::Method::post,
    .path = collection,
    .operation = "createReport",
    .summary = "Ask for a report; it is written after the answer, of what who asks may see",
    .tag = "reports",
    .access = http::Access::session(),
    .audit = http::Audit::records("RESOURCE_CREATED"),
    .surface = http::Surface::organization,
    .answers = "201 400 401 403 404 409 413 415 429 503",
};
inline constexpr http::Route list_route{
    .method = http::Method::get,
    .path = collection,
    .operation = "listReports",
    .summary = "List them all, or in pages; with a cell `a` those that are assigned",
    .tag = "reports",
    .access = http::Access::session(),
    .audit = http::Audit::none("reads only"),
    .surface = http::Surface::organization,
    .answers = "200 400 401 403 429 503",
};
inline constexpr http::Route read_route{
    .method = http::Method::get,
    .path = "/api/reports/:id",
    .operation = "readReport",
    .summary = "Show one, and whether it is ready",
    .tag = "reports",
    .access = http::Access::session(),
    .audit = http::Audit::none("reads only"),
    .surface = http::Surface::organization,
    .answers = "200 401 403 404 429 503",
    .versioned = true,
};
inline constexpr http::Route change_route{
    .method = http::Method::patch,
    .path = "/api/reports/:id",
    .operation = "changeReport",
    .summary = "Rename one",
    .tag = "reports",
    .access = http::Access::session(),
    .audit = http::Audit::records("RESOURCE_UPDATED"),
    .surface = http::Surface::organization,
    .answers = "200 400 401 403 404 412 413 415 429 503",
    .versioned = true,
};
inline constexpr http::Route remove_route{
    .method = http::Method::remove,
    .path = "/api/reports/:id",
    .operation = "deleteReport",
    .summary = "Delete one, with its file and its assignments",
    .tag = "reports",
    .access = http::Access::session(),
    .audit = http::Audit::records("RESOURCE_DELETED"),
    .surface = http::Surface::organization,
    .answers = "204 401 403 404 429 503",
};
inline constexpr http::Route download_route{
    .method = http::Method::get,
    .path = "/api/reports/:id/download",
    .operation = "downloadReport",
    .summary = "The file, as CSV or JSON; 409 until it is ready",
    .tag = "reports",
    .access = http::Access::session(),
    .audit = http::Audit::none("reads only"),
    .surface = http::Surface::organization,
    .answers = "200 401 403 404 409 429 503",
};

} // namespace gatehouse::reports
