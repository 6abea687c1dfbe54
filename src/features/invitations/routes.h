// The routes about invitations: those of the inviting organization, and those of the mailed link.
#pragma once

#include "http/route.h"

namespace gatehouse::invitations {

inline constexpr http::Route invite_route{
    .method = http::Method::post,
    .path = "/api/organizations/:id/invitations",
    .operation = "invite",
    .summary = "Mail an invitation to join in one role; it is good for 7 days and one use",
    .tag = "invitations",
    .access = http::Access::session(),
    .audit = http::Audit::records("INVITATION_SENT"),
    .surface = http::Surface::organization,
    .answers = "201 400 401 403 404 409 413 415 429 503",
};
inline constexpr http::Route list_route{
    .method = http::Method::get,
    .path = "/api/organizations/:id/invitations",
    .operation = "listInvitations",
    .summary = "List the invitations of an organization, newest first",
    .tag = "invitations",
    .access = http::Access::session(),
    .audit = http::Audit::none("reads only"),
    .surface = http::Surface::organization,
    .answers = "200 401 403 404 429 503",
};
inline constexpr http::Route revoke_route{
    .method = http::Method::remove,
    .path = "/api/organizations/:id/invitations/:invitationId",
    .operation = "revokeInvitation",
    .summary = "Take an open invitation back",
    .tag = "invitations",
    .access = http::Access::session(),
    .audit = http::Audit::records("INVITATION_REVOKED"),
    .surface = http::Surface::organization,
    .answers = "204 401 403 404 410 429 503",
};
inline constexpr http::Route offer_route{
    .method = http::Method::get,
    .path = "/api/invitations/:token",
    .operation = "readInvitation",
    .summary = "Show what a mailed invitation offers",
    .tag = "invitations",
    .access = http::Access::anyone(),
    .audit = http::Audit::none("reads only"),
    .limit = http::Limit::credential,
    .surface = http::Surface::organization,
    .answers = "200 404 410 429 503",
};
inline constexpr http::Route accept_route{
    .method = http::Method::post,
    .path = "/api/invitations/:token/accept",
    .operation = "acceptInvitation",
    .summary = "Accept a mailed invitation: the person comes into being with this password",
    .tag = "invitations",
    .access = http::Access::anyone(),
    .audit = http::Audit::records("INVITATION_ACCEPTED"),
    .limit = http::Limit::credential,
    .surface = http::Surface::organization,
    .answers = "201 400 403 404 409 410 413 415 429 503",
};

} // namespace gatehouse::invitations
