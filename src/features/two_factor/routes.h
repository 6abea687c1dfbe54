// The routes of the second factor, the same five on both surfaces.
#pragma once

#include "http/route.h"

#include <string_view>

namespace gatehouse::two_factor {

struct Names { // what differs between the surfaces
    std::string_view path;
    std::string_view operation;
};

constexpr http::Route
route(http::Surface surface, Names names, std::string_view summary, http::Audit audit)
{
    bool const on_account = surface == http::Surface::account;
    return {
        .method = http::Method::post,
        .path = names.path,
        .operation = names.operation,
        .summary = summary,
        .tag = on_account ? "account" : "two-factor",
        .access = http::Access::session(),
        .audit = audit,
        .limit = http::Limit::anonymous,
        .surface = surface,
        .answers
        = on_account ? "200 400 401 403 413 415 429 503" : "200 400 401 403 413 415 423 429 503",
        .while_enrolling = true,
    };
}

struct Pair {
    http::Route account;
    http::Route organization;
};

constexpr Pair both(Names account, Names organization, std::string_view summary, http::Audit audit)
{
    return {
        .account = route(http::Surface::account, account, summary, audit),
        .organization = route(http::Surface::organization, organization, summary, audit)
    };
}

inline constexpr Pair enable_routes = both(
    {"/api/v1/auth/two-factor/enable", "accountEnableTwoFactor"},
    {"/api/me/two-factor/enable", "enableTwoFactor"},
    "Begin to set up a second factor; it counts from the first right code",
    http::Audit::records("PROFILE_UPDATED LOGIN_FAILURE ACCOUNT_LOCKED")
);
inline constexpr Pair verify_routes = both(
    {"/api/v1/auth/two-factor/verify-totp", "accountVerifyTotp"},
    {"/api/me/two-factor/verify-totp", "verifyTotp"},
    "Give a code of the authenticator; the first right one switches the second factor on",
    http::Audit::records("TWO_FACTOR_ENABLED PROFILE_UPDATED LOGIN_FAILURE ACCOUNT_LOCKED")
);
inline constexpr Pair verify_backup_routes = both(
    {"/api/v1/auth/two-factor/verify-backup-code", "accountVerifyBackupCode"},
    {"/api/me/two-factor/verify-backup-code", "verifyBackupCode"},
    "Use a backup code up",
    http::Audit::records("PROFILE_UPDATED LOGIN_FAILURE ACCOUNT_LOCKED")
);
inline constexpr Pair regenerate_routes = both(
    {"/api/v1/auth/two-factor/generate-backup-codes", "accountGenerateBackupCodes"},
    {"/api/me/two-factor/generate-backup-codes", "generateBackupCodes"},
    "Replace all backup codes",
    http::Audit::records("PROFILE_UPDATED LOGIN_FAILURE ACCOUNT_LOCKED")
);
inline constexpr Pair disable_routes = both(
    {"/api/v1/auth/two-factor/disable", "accountDisableTwoFactor"},
    {"/api/me/two-factor/disable", "disableTwoFactor"},
    "Take the second factor away",
    http::Audit::records("TWO_FACTOR_DISABLED LOGIN_FAILURE ACCOUNT_LOCKED")
);

} // namespace gatehouse::two_factor
