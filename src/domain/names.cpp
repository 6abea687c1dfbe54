// The texts that enumerations have in the database and on the wire.
#include "domain/attempts.h"
#include "domain/ledger.h"
#include "domain/notifications.h"
#include "domain/one_time_tokens.h"
#include "domain/refresh_tokens.h"
#include "domain/sessions.h"
#include "domain/step_up_challenges.h"
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

constexpr std::array purposes{
    std::pair(StepUpPurpose::security_verification, std::string_view("security_verification")),
    std::pair(StepUpPurpose::data_export, std::string_view("data_export")),
    std::pair(StepUpPurpose::force_logout, std::string_view("force_logout")),
    std::pair(StepUpPurpose::revoke_session, std::string_view("revoke_session")),
    std::pair(StepUpPurpose::change_role, std::string_view("change_role")),
    std::pair(StepUpPurpose::change_permissions, std::string_view("change_permissions")),
    std::pair(StepUpPurpose::impersonate, std::string_view("impersonate")),
    std::pair(StepUpPurpose::ip_rule_change, std::string_view("ip_rule_change")),
    std::pair(StepUpPurpose::sso_config, std::string_view("sso_config")),
    std::pair(StepUpPurpose::billing_change, std::string_view("billing_change")),
    std::pair(StepUpPurpose::security_settings, std::string_view("security_settings")),
};

constexpr std::array events{
    std::pair(Event::register_account, std::string_view("REGISTER")),
    std::pair(Event::email_verified, std::string_view("EMAIL_VERIFIED")),
    std::pair(Event::verification_resent, std::string_view("VERIFICATION_RESENT")),
    std::pair(Event::login_success, std::string_view("LOGIN_SUCCESS")),
    std::pair(Event::login_failure, std::string_view("LOGIN_FAILURE")),
    std::pair(Event::login_blocked_unverified, std::string_view("LOGIN_BLOCKED_UNVERIFIED")),
    std::pair(Event::login_blocked_suspended, std::string_view("LOGIN_BLOCKED_SUSPENDED")),
    std::pair(Event::two_factor_required, std::string_view("TWO_FACTOR_REQUIRED")),
    std::pair(Event::account_locked, std::string_view("ACCOUNT_LOCKED")),
    std::pair(Event::logout, std::string_view("LOGOUT")),
    std::pair(Event::logout_all, std::string_view("LOGOUT_ALL")),
    std::pair(Event::session_revoked, std::string_view("SESSION_REVOKED")),
    std::pair(Event::token_rotated, std::string_view("TOKEN_ROTATED")),
    std::pair(
        Event::refresh_token_reuse_detected, std::string_view("REFRESH_TOKEN_REUSE_DETECTED")
    ),
    std::pair(Event::force_logout, std::string_view("FORCE_LOGOUT")),
    std::pair(Event::password_reset_requested, std::string_view("PASSWORD_RESET_REQUESTED")),
    std::pair(Event::password_reset_completed, std::string_view("PASSWORD_RESET_COMPLETED")),
    std::pair(Event::password_changed, std::string_view("PASSWORD_CHANGED")),
    std::pair(Event::email_changed, std::string_view("EMAIL_CHANGED")),
    std::pair(Event::profile_updated, std::string_view("PROFILE_UPDATED")),
    std::pair(Event::two_factor_enabled, std::string_view("TWO_FACTOR_ENABLED")),
    std::pair(Event::two_factor_disabled, std::string_view("TWO_FACTOR_DISABLED")),
    std::pair(Event::user_created, std::string_view("USER_CREATED")),
    std::pair(Event::user_updated, std::string_view("USER_UPDATED")),
    std::pair(Event::user_deleted, std::string_view("USER_DELETED")),
    std::pair(Event::user_suspended, std::string_view("USER_SUSPENDED")),
    std::pair(Event::user_reactivated, std::string_view("USER_REACTIVATED")),
    std::pair(Event::account_deleted, std::string_view("ACCOUNT_DELETED")),
    std::pair(Event::role_changed, std::string_view("ROLE_CHANGED")),
    std::pair(Event::invitation_sent, std::string_view("INVITATION_SENT")),
    std::pair(Event::invitation_accepted, std::string_view("INVITATION_ACCEPTED")),
    std::pair(Event::invitation_revoked, std::string_view("INVITATION_REVOKED")),
    std::pair(Event::organization_created, std::string_view("ORGANIZATION_CREATED")),
    std::pair(Event::organization_updated, std::string_view("ORGANIZATION_UPDATED")),
    std::pair(Event::organization_deleted, std::string_view("ORGANIZATION_DELETED")),
    std::pair(Event::organization_transferred, std::string_view("ORGANIZATION_TRANSFERRED")),
    std::pair(Event::permission_denied, std::string_view("PERMISSION_DENIED")),
    std::pair(Event::permission_changed, std::string_view("PERMISSION_CHANGED")),
    std::pair(Event::assignment_changed, std::string_view("ASSIGNMENT_CHANGED")),
    std::pair(Event::resource_created, std::string_view("RESOURCE_CREATED")),
    std::pair(Event::resource_updated, std::string_view("RESOURCE_UPDATED")),
    std::pair(Event::resource_deleted, std::string_view("RESOURCE_DELETED")),
    std::pair(Event::billing_changed, std::string_view("BILLING_CHANGED")),
    std::pair(Event::ai_agent_used, std::string_view("AI_AGENT_USED")),
    std::pair(Event::vault_init, std::string_view("VAULT_INIT")),
    std::pair(Event::vault_fetch, std::string_view("VAULT_FETCH")),
    std::pair(Event::vault_failed_fetch, std::string_view("VAULT_FAILED_FETCH")),
    std::pair(Event::vault_rotate, std::string_view("VAULT_ROTATE")),
    std::pair(Event::vault_recovery_set, std::string_view("VAULT_RECOVERY_SET")),
    std::pair(Event::vault_recovery_clear, std::string_view("VAULT_RECOVERY_CLEAR")),
    std::pair(Event::vault_zk_enable, std::string_view("VAULT_ZK_ENABLE")),
    std::pair(Event::vault_zk_disable, std::string_view("VAULT_ZK_DISABLE")),
    std::pair(Event::suspicious_login_detected, std::string_view("SUSPICIOUS_LOGIN_DETECTED")),
    std::pair(Event::impersonation_started, std::string_view("IMPERSONATION_STARTED")),
    std::pair(Event::impersonation_ended, std::string_view("IMPERSONATION_ENDED")),
    std::pair(Event::step_up_required, std::string_view("STEP_UP_REQUIRED")),
    std::pair(Event::step_up_verified, std::string_view("STEP_UP_VERIFIED")),
    std::pair(Event::step_up_failed, std::string_view("STEP_UP_FAILED")),
    std::pair(Event::step_up_bypassed, std::string_view("STEP_UP_BYPASSED")),
    std::pair(Event::data_export_started, std::string_view("DATA_EXPORT_STARTED")),
    std::pair(Event::data_export_completed, std::string_view("DATA_EXPORT_COMPLETED")),
    std::pair(Event::data_export_failed, std::string_view("DATA_EXPORT_FAILED")),
    std::pair(Event::data_export_denied, std::string_view("DATA_EXPORT_DENIED")),
    std::pair(Event::anomaly_score_medium, std::string_view("ANOMALY_SCORE_MEDIUM")),
    std::pair(Event::anomaly_score_high, std::string_view("ANOMALY_SCORE_HIGH")),
    std::pair(Event::anomaly_check_skipped, std::string_view("ANOMALY_CHECK_SKIPPED")),
    std::pair(Event::ip_rule_created, std::string_view("IP_RULE_CREATED")),
    std::pair(Event::ip_rule_updated, std::string_view("IP_RULE_UPDATED")),
    std::pair(Event::ip_rule_deleted, std::string_view("IP_RULE_DELETED")),
    std::pair(Event::settings_updated, std::string_view("SETTINGS_UPDATED")),
    std::pair(Event::control_degraded, std::string_view("CONTROL_DEGRADED")),
    std::pair(Event::control_recovered, std::string_view("CONTROL_RECOVERED")),
};

template <class Table, class Value> std::string_view name_in(Table const& table, Value value)
{
    for (auto const& [known, name] : table)
        if (known == value)
            return name;
    unnamed();
}

} // namespace

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

std::string_view to_text(DeviceClass device)
{
    switch (device) {
    case DeviceClass::mobile:
        return "mobile";
    case DeviceClass::browser:
        return "browser";
    case DeviceClass::program:
        return "program";
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
    case TokenPurpose::deny_sign_in:
        return "deny_sign_in";
    }
    unnamed();
}

std::string_view to_text(StepUpPurpose purpose)
{
    return name_in(purposes, purpose);
}

std::optional<StepUpPurpose> parse_purpose(std::string_view text)
{
    for (auto const& [purpose, name] : purposes)
        if (name == text)
            return purpose;
    return std::nullopt;
}

std::string_view to_text(StepUpMethod method)
{
    switch (method) {
    case StepUpMethod::totp:
        return "totp";
    case StepUpMethod::backup_code:
        return "backup_code";
    case StepUpMethod::email_otp:
        return "email_otp";
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
    return name_in(events, event);
}

std::string_view to_text(NotificationKind kind)
{
    switch (kind) {
    case NotificationKind::role_changed:
        return "role_changed";
    case NotificationKind::new_device:
        return "new_device";
    case NotificationKind::password_changed:
        return "password_changed";
    case NotificationKind::assignment:
        return "assignment";
    case NotificationKind::export_ready:
        return "export";
    case NotificationKind::impersonation:
        return "impersonation";
    }
    throw std::logic_error("a kind of notification without a name");
}

} // namespace gatehouse::domain
