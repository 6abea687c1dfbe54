// The texts that enumerations have in the database and on the wire.
#include "domain/attempts.h"
#include "domain/ledger.h"
#include "domain/one_time_tokens.h"
#include "domain/refresh_tokens.h"
#include "domain/sessions.h"
#include "domain/users.h"

#include <array>
#include <stdexcept>
#include <utility>

namespace gatehouse::domain {
namespace {

// An enum without its text here is a defect of the code, found by the first use in any test.
[[noreturn]] void unnamed()
{
    throw std::logic_error("an enumerator without a name");
}

constexpr std::array refresh_ends{
    std::pair(RefreshEnd::rotation, std::string_view("rotation")),
    std::pair(RefreshEnd::logout, std::string_view("logout")),
    std::pair(RefreshEnd::force_logout, std::string_view("force_logout")),
    std::pair(RefreshEnd::reuse_detected, std::string_view("reuse_detected")),
    std::pair(RefreshEnd::expired, std::string_view("expired")),
    std::pair(RefreshEnd::admin_action, std::string_view("admin_action")),
    std::pair(RefreshEnd::security_event, std::string_view("security_event")),
};

constexpr std::array roles{
    std::pair(Role::owner, std::string_view("owner")),
    std::pair(Role::admin, std::string_view("admin")),
    std::pair(Role::manager, std::string_view("manager")),
    std::pair(Role::staff, std::string_view("staff")),
};

template <class Table, class Value> std::string_view name_in(Table const& table, Value value)
{
    for (auto const& [known, name] : table)
        if (known == value)
            return name;
    unnamed();
}

} // namespace

std::string_view to_text(Role role)
{
    return name_in(roles, role);
}

std::optional<Role> parse_role(std::string_view text)
{
    for (auto const& [role, name] : roles)
        if (name == text)
            return role;
    return std::nullopt;
}

std::string_view to_text(UserStatus status)
{
    return status == UserStatus::active ? "active" : "suspended";
}

std::string_view to_text(Surface surface)
{
    return surface == Surface::account ? "account" : "organization";
}

std::string_view to_text(SessionEnd reason)
{
    switch (reason) {
    case SessionEnd::user_requested:
        return "user_requested";
    case SessionEnd::admin_forced:
        return "admin_forced";
    case SessionEnd::password_changed:
        return "password_changed";
    case SessionEnd::session_version_bump:
        return "session_version_bump";
    case SessionEnd::security_alert:
        return "security_alert";
    case SessionEnd::expired:
        return "expired";
    }
    unnamed();
}

std::string_view to_text(RefreshEnd reason)
{
    return name_in(refresh_ends, reason);
}

std::optional<RefreshEnd> parse_refresh_end(std::string_view text)
{
    for (auto const& [reason, name] : refresh_ends)
        if (name == text)
            return reason;
    return std::nullopt;
}

std::string_view to_text(AttemptMethod method)
{
    switch (method) {
    case AttemptMethod::password:
        return "password";
    case AttemptMethod::totp:
        return "totp";
    case AttemptMethod::backup_code:
        return "backup_code";
    case AttemptMethod::step_up:
        return "step_up";
    }
    unnamed();
}

std::string_view to_text(TokenPurpose purpose)
{
    switch (purpose) {
    case TokenPurpose::verify_email:
        return "verify_email";
    case TokenPurpose::change_email:
        return "change_email";
    case TokenPurpose::reset_password:
        return "reset_password";
    case TokenPurpose::second_factor:
        return "temp_2fa";
    case TokenPurpose::magic_link:
        return "magic_link";
    }
    unnamed();
}

std::string_view to_text(Outcome outcome)
{
    switch (outcome) {
    case Outcome::success:
        return "success";
    case Outcome::failure:
        return "failure";
    case Outcome::denied:
        return "denied";
    case Outcome::skipped:
        return "skipped";
    }
    unnamed();
}

std::string_view to_text(Event event)
{
    switch (event) {
    case Event::register_account:
        return "REGISTER";
    case Event::email_verified:
        return "EMAIL_VERIFIED";
    case Event::verification_resent:
        return "VERIFICATION_RESENT";
    case Event::login_success:
        return "LOGIN_SUCCESS";
    case Event::login_failure:
        return "LOGIN_FAILURE";
    case Event::login_blocked_unverified:
        return "LOGIN_BLOCKED_UNVERIFIED";
    case Event::login_blocked_suspended:
        return "LOGIN_BLOCKED_SUSPENDED";
    case Event::two_factor_required:
        return "TWO_FACTOR_REQUIRED";
    case Event::account_locked:
        return "ACCOUNT_LOCKED";
    case Event::logout:
        return "LOGOUT";
    case Event::logout_all:
        return "LOGOUT_ALL";
    case Event::session_revoked:
        return "SESSION_REVOKED";
    case Event::token_rotated:
        return "TOKEN_ROTATED";
    case Event::refresh_token_reuse_detected:
        return "REFRESH_TOKEN_REUSE_DETECTED";
    case Event::force_logout:
        return "FORCE_LOGOUT";
    case Event::password_reset_requested:
        return "PASSWORD_RESET_REQUESTED";
    case Event::password_reset_completed:
        return "PASSWORD_RESET_COMPLETED";
    case Event::permission_denied:
        return "PERMISSION_DENIED";
    case Event::vault_init:
        return "VAULT_INIT";
    case Event::vault_fetch:
        return "VAULT_FETCH";
    case Event::vault_failed_fetch:
        return "VAULT_FAILED_FETCH";
    case Event::vault_rotate:
        return "VAULT_ROTATE";
    case Event::vault_recovery_set:
        return "VAULT_RECOVERY_SET";
    case Event::vault_recovery_clear:
        return "VAULT_RECOVERY_CLEAR";
    case Event::vault_zk_enable:
        return "VAULT_ZK_ENABLE";
    case Event::vault_zk_disable:
        return "VAULT_ZK_DISABLE";
    case Event::control_degraded:
        return "CONTROL_DEGRADED";
    case Event::control_recovered:
        return "CONTROL_RECOVERED";
    }
    unnamed();
}

} // namespace gatehouse::domain
