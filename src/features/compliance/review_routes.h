// The routes about access and about its reviews.
#pragma once

#include "domain/ledger.h"
#include "http/route.h"

#include <string_view>

namespace gatehouse::compliance {

inline constexpr std::string_view leaves_of_exports
    = "DATA_EXPORT_STARTED DATA_EXPORT_COMPLETED DATA_EXPORT_FAILED DATA_EXPORT_DENIED";

consteval http::Route access_route(
    http::Method method,
    char const* path,
    char const* operation,
    char const* summary,
    char const* answers,
    http::Audit audit
)
{
    return {
        .method = method,
        .path = path,
        .operation = operation,
        .summary = summary,
        .tag = "compliance",
        .access = http::Access::session(),
        .audit = audit,
        .surface = http::Surface::organization,
        .answers = answers,
    };
}
consteval http::Route exporting(http::Route made)
{
    made.denied_as = domain::Event::data_export_denied;
    return made;
}

inline constexpr http::Route matrix_route = exporting(access_route(
    http::Method::get,
    "/api/compliance/access/matrix",
    "readAccessMatrix",
    "Who could do what at a past moment, told from the ledger",
    "200 400 401 403 428 429 503",
    http::Audit::records(leaves_of_exports)
));
inline constexpr http::Route list_route = access_route(
    http::Method::get,
    "/api/compliance/access-reviews",
    "listAccessReviews",
    "List the access reviews, the newest first",
    "200 400 401 403 428 429 503",
    http::Audit::none("reads only")
);
inline constexpr http::Route begin_route = access_route(
    http::Method::post,
    "/api/compliance/access-reviews",
    "beginAccessReview",
    "Begin an access review: everybody's access is frozen as it stands",
    "201 400 401 403 404 409 413 415 428 429 503",
    http::Audit::records("SETTINGS_UPDATED STEP_UP_REQUIRED STEP_UP_BYPASSED")
);
inline constexpr http::Route show_route = access_route(
    http::Method::get,
    "/api/compliance/access-reviews/:id",
    "readAccessReview",
    "Show how far an access review has come",
    "200 401 403 404 428 429 503",
    http::Audit::none("reads only")
);
inline constexpr http::Route items_route = exporting(access_route(
    http::Method::get,
    "/api/compliance/access-reviews/:id/items",
    "readAccessReviewItems",
    "The population of an access review with what was decided about each, as JSON or CSV",
    "200 400 401 403 404 428 429 503",
    http::Audit::records(leaves_of_exports)
));
inline constexpr http::Route decide_route = access_route(
    http::Method::post,
    "/api/compliance/access-reviews/:id/decisions",
    "decideAccessReviewItem",
    "Keep or revoke somebody's access, with the reason; whose access is revoked is suspended",
    "200 400 401 403 404 409 413 415 428 429 503",
    http::Audit::records("SETTINGS_UPDATED USER_SUSPENDED STEP_UP_REQUIRED STEP_UP_BYPASSED")
);
inline constexpr http::Route sign_route = access_route(
    http::Method::post,
    "/api/compliance/access-reviews/:id/sign-off",
    "signOffAccessReview",
    "End an access review in which everybody was decided about",
    "200 401 403 404 409 428 429 503",
    http::Audit::records("SETTINGS_UPDATED STEP_UP_REQUIRED STEP_UP_BYPASSED")
);

} // namespace gatehouse::compliance
