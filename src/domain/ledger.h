// The append-only record of outcomes (decisions D-83, D-84; behaviours §4).
#pragma once

#include "core/async.h"
#include "core/json.h"
#include "core/time.h"
#include "domain/ids.h"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace gatehouse::domain {

enum class Event {
    register_account,
    email_verified,
    verification_resent,
    login_success,
    login_failure,
    login_blocked_unverified,
    login_blocked_suspended,
    two_factor_required,
    account_locked,
    logout,
    logout_all,
    session_revoked,
    token_rotated,
    refresh_token_reuse_detected,
    force_logout,
    password_reset_requested,
    password_reset_completed,
    password_changed,
    email_changed,
    profile_updated,
    two_factor_enabled,
    two_factor_disabled,
    user_created,
    user_updated,
    user_deleted,
    user_suspended,
    user_reactivated,
    account_deleted,
    role_changed,
    invitation_sent,
    invitation_accepted,
    invitation_revoked,
    organization_created,
    organization_updated,
    organization_deleted,
    organization_transferred,
    permission_denied,
    permission_changed,
    assignment_changed,
    resource_created,
    resource_updated,
    resource_deleted,
    billing_changed,
    ai_agent_used,
    vault_init,
    vault_fetch,
    vault_failed_fetch,
    vault_rotate,
    vault_recovery_set,
    vault_recovery_clear,
    vault_zk_enable,
    vault_zk_disable,
    suspicious_login_detected,
    impersonation_started,
    impersonation_ended,
    step_up_required,
    step_up_verified,
    step_up_failed,
    step_up_bypassed,
    data_export_started,
    data_export_completed,
    data_export_failed,
    data_export_denied,
    anomaly_score_medium,
    anomaly_score_high,
    anomaly_check_skipped,
    ip_rule_created,
    ip_rule_updated,
    ip_rule_deleted,
    settings_updated,
    control_degraded,
    control_recovered,
};
std::string_view to_text(Event event); // the name of api §10, e.g. LOGIN_SUCCESS

enum class Outcome { success, failure, denied, skipped };
std::string_view to_text(Outcome outcome);

// Facts as an object; written as RFC 8785 text. Never a password, token, code, key or hash.
struct NestedFacts {
    json::Value value; // an object
};
using Fact = std::variant<std::string, std::int64_t, bool, NestedFacts>;
using Facts = std::map<std::string, Fact>;

struct LedgerEntry {
    std::optional<OrganizationId> organization_id = {}; // none: the `system` chain
    Instant created_at;
    Event event;
    Outcome outcome = Outcome::success;
    std::optional<int> status = {}; // the HTTP status answered
    std::optional<UserId> actor_id = {}; // who did it
    std::optional<UserId> user_id = {}; // whom it concerns
    std::optional<SessionId> session_id = {};
    // Who acted in the name of the actor; a row's `impersonatorId`, beside whatever details it has.
    std::optional<UserId> impersonator_id = {};
    std::optional<std::string> resource = {};
    std::optional<std::string> resource_id = {};
    std::optional<std::string> correlation_id = {}; // the request id
    Facts details = {}; // nothing personal
    // Personal, erasable together, outside the hash:
    std::optional<std::string> ip_address = {};
    std::optional<std::string> user_agent = {};
    std::optional<std::string> email = {};
    Facts personal = {};
};

class Ledger {
public:
    virtual ~Ledger() = default;
    // In the unit of work of what it records: no row, no change. The id of the row.
    virtual Async<std::int64_t> append(LedgerEntry entry) = 0;
    // The same where nobody needs the id: it travels with what comes next, or with the commit.
    virtual Async<void> record(LedgerEntry entry) = 0;
};

} // namespace gatehouse::domain
