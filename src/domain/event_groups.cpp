// Which event belongs where.
#include "domain/event_groups.h"

#include <algorithm>
#include <array>

namespace gatehouse::domain {
namespace {

struct Group {
    std::string_view name;
    std::string_view events; // separated by blanks
};

constexpr std::array groups{
    Group{
        "CC6",
        "REGISTER EMAIL_VERIFIED LOGIN_SUCCESS LOGIN_FAILURE LOGIN_BLOCKED_UNVERIFIED "
        "LOGIN_BLOCKED_SUSPENDED TWO_FACTOR_REQUIRED TWO_FACTOR_ENABLED TWO_FACTOR_DISABLED LOGOUT "
        "LOGOUT_ALL TOKEN_ROTATED PASSWORD_RESET_REQUESTED PASSWORD_RESET_COMPLETED "
        "PASSWORD_CHANGED EMAIL_CHANGED USER_CREATED USER_DELETED USER_SUSPENDED USER_REACTIVATED "
        "ACCOUNT_DELETED ROLE_CHANGED PERMISSION_CHANGED PERMISSION_DENIED ASSIGNMENT_CHANGED "
        "INVITATION_SENT INVITATION_ACCEPTED INVITATION_REVOKED ORGANIZATION_CREATED "
        "ORGANIZATION_DELETED VAULT_INIT VAULT_FETCH VAULT_FAILED_FETCH VAULT_ROTATE "
        "VAULT_RECOVERY_SET VAULT_RECOVERY_CLEAR VAULT_ZK_ENABLE VAULT_ZK_DISABLE "
        "IMPERSONATION_STARTED IMPERSONATION_ENDED ORGANIZATION_TRANSFERRED PASSKEY_REGISTERED "
        "PASSKEY_REMOVED API_KEY_CREATED API_KEY_REVOKED"
    },
    Group{
        "CC7",
        "ACCOUNT_LOCKED SESSION_REVOKED STEP_UP_REQUIRED STEP_UP_VERIFIED STEP_UP_FAILED "
        "STEP_UP_BYPASSED IP_RULE_CREATED IP_RULE_UPDATED IP_RULE_DELETED SETTINGS_UPDATED "
        "DATA_EXPORT_STARTED DATA_EXPORT_COMPLETED DATA_EXPORT_FAILED DATA_EXPORT_DENIED "
        "CONTROL_DEGRADED CONTROL_RECOVERED"
    },
    Group{
        "CC8",
        "SUSPICIOUS_LOGIN_DETECTED REFRESH_TOKEN_REUSE_DETECTED FORCE_LOGOUT ANOMALY_SCORE_HIGH "
        "ACCOUNT_LOCKED"
    },
    Group{
        "CC9",
        "ANOMALY_SCORE_MEDIUM ANOMALY_SCORE_HIGH ANOMALY_CHECK_SKIPPED STEP_UP_REQUIRED "
        "LOGIN_SUCCESS TOKEN_ROTATED"
    },
};
constexpr std::string_view ungrouped
    = "VERIFICATION_RESENT PROFILE_UPDATED USER_UPDATED ORGANIZATION_UPDATED RESOURCE_CREATED "
      "RESOURCE_UPDATED RESOURCE_DELETED BILLING_CHANGED AI_AGENT_USED";

std::vector<std::string> words_in(std::string_view text)
{
    std::vector<std::string> words;
    while (!text.empty()) {
        auto const word = text.substr(0, text.find(' '));
        words.emplace_back(word);
        text.remove_prefix(std::min(text.size(), word.size() + 1));
    }
    return words;
}

bool has_word(std::string_view text, std::string_view wanted)
{
    auto const words = words_in(text);
    return std::ranges::find(words, wanted) != words.end();
}

} // namespace

std::vector<std::string> groups_of(std::string_view event)
{
    std::vector<std::string> names;
    for (auto const& group : groups)
        if (has_word(group.events, event))
            names.emplace_back(group.name);
    return names;
}

std::optional<std::vector<std::string>> events_in_group(std::string_view group)
{
    for (auto const& known : groups)
        if (known.name == group)
            return words_in(known.events);
    return std::nullopt;
}

bool is_event_name(std::string_view name)
{
    return has_word(ungrouped, name) || std::ranges::any_of(groups, [&](Group const& group) {
               return has_word(group.events, name);
           });
}

} // namespace gatehouse::domain
