// Challenges of a step-up: bound to a person, a session and a purpose (spec/database 3.8).
#pragma once

#include "core/async.h"
#include "core/time.h"
#include "domain/ids.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace gatehouse::domain {

// What it is asked for (api §8). Satisfied for one of them, it counts for no other.
enum class StepUpPurpose {
    security_verification, // of a sign-in or a refresh
    data_export,
    force_logout,
    revoke_session,
    change_role,
    change_permissions,
    impersonate,
    ip_rule_change,
    sso_config,
    billing_change,
    security_settings,
};
std::string_view to_text(StepUpPurpose purpose);
std::optional<StepUpPurpose> parse_purpose(std::string_view text);

enum class StepUpMethod { totp, backup_code, email_otp };
std::string_view to_text(StepUpMethod method);

struct StepUpChallenge {
    StepUpId id;
    OrganizationId organization_id;
    UserId user_id;
    std::optional<SessionId> session_id = {}; // none: a sign-in that waits for it
    StepUpPurpose purpose = StepUpPurpose::security_verification;
    StepUpMethod method = StepUpMethod::totp; // the one that is awaited; then the one that was used
    std::optional<std::string> code_hash = {}; // of a mailed code
    std::optional<std::string> context = {}; // JSON: what waits for it
    std::optional<std::string> device_fingerprint = {};
    std::int64_t attempts = 0; // wrong codes given to it
    Instant created_at = {};
    Instant expires_at = {};
    std::optional<Instant> satisfied_at = {};
};

class StepUpChallenges {
public:
    virtual ~StepUpChallenges() = default;
    virtual Async<void> insert(StepUpChallenge challenge) = 0;
    // Whether the person got another address, as the ledger has it, after the session began.
    virtual Async<bool>
    address_changed_during(OrganizationId organization, UserId user, SessionId session) = 0;
    // By its bare id, across organizations: a sign-in that waits knows nothing else.
    virtual Async<std::optional<StepUpChallenge>> find(StepUpId challenge) = 0;
    // Whether one for this person, session and purpose was satisfied after `since`; with `device`
    // by that one alone (behaviours §7: at refresh).
    virtual Async<bool> is_satisfied(
        OrganizationId organization,
        UserId user,
        SessionId session,
        StepUpPurpose purpose,
        Instant since,
        std::optional<std::string> device = {}
    ) = 0;
    // What a person who is suspended or leaves has begun opens nothing any more.
    virtual Async<void> void_open(OrganizationId organization, UserId user, Instant now) = 0;
    // Only the newest mailed code counts.
    virtual Async<void>
    replace_code(OrganizationId organization, StepUpId challenge, std::string code_hash) = 0;
    // What `before` stood for in what waits for open ones of a person, `after` stands for.
    virtual Async<void>
    rebind(OrganizationId organization, UserId user, std::string before, std::string after) = 0;
    virtual Async<void> count_attempt(OrganizationId organization, StepUpId challenge) = 0;
    // True for exactly one caller, and only before it expires.
    virtual Async<bool>
    satisfy(OrganizationId organization, StepUpId challenge, StepUpMethod by, Instant now) = 0;
};

} // namespace gatehouse::domain
