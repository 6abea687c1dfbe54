// Purposes from a fixed list, lives within bounds.
#include "features/security_policy/rules.h"

#include "domain/refusal.h"

#include <algorithm>
#include <array>
#include <chrono>

namespace gatehouse::security_policy {
namespace {
using domain::invalid_field;
using domain::SecurityPolicy;
using domain::StepUpPurpose;

constexpr std::array always{
    StepUpPurpose::data_export,
    StepUpPurpose::force_logout,
    StepUpPurpose::revoke_session,
    StepUpPurpose::impersonate,
    StepUpPurpose::ip_rule_change,
    StepUpPurpose::security_settings
};
// Those whose routes ask for them where an organization wants it (api §8).
constexpr std::array optional_ones{
    StepUpPurpose::change_role, StepUpPurpose::change_permissions, StepUpPurpose::billing_change
};

// Shorter ones would sign people out while they work; longer ones than everywhere mean nothing.
constexpr std::int64_t shortest_life = 5;
constexpr std::int64_t longest_life = 30 * 24 * 60;

std::vector<std::string> names_of(auto const& purposes)
{
    std::vector<std::string> names;
    for (auto const purpose : purposes)
        names.emplace_back(to_text(purpose));
    return names;
}

std::vector<StepUpPurpose> purposes_in(std::vector<std::string> const& names)
{
    std::vector<StepUpPurpose> purposes;
    for (auto const& name : names) {
        auto const purpose = domain::parse_purpose(name);
        if (!purpose || std::ranges::find(optional_ones, *purpose) == optional_ones.end())
            throw invalid_field(
                "stepUp", "may hold change_role, change_permissions, billing_change"
            );
        if (std::ranges::find(purposes, *purpose) == purposes.end())
            purposes.push_back(*purpose);
    }
    std::ranges::sort(purposes);
    return purposes;
}

std::optional<Duration> life_in(char const* field, json::Value const& value)
{
    if (value.is_null())
        return std::nullopt;
    auto const* const minutes = value.integer();
    if (!minutes || *minutes < shortest_life || *minutes > longest_life)
        throw invalid_field(field, "must be minutes, 5 to 43200, or null");
    return std::chrono::minutes(*minutes);
}

std::optional<std::int64_t> in_minutes(std::optional<Duration> const& life)
{
    if (!life)
        return std::nullopt;
    return std::chrono::duration_cast<std::chrono::minutes>(*life).count();
}

} // namespace

PolicyView view_of(SecurityPolicy const& policy)
{
    PolicyView view;
    view.step_up.always = names_of(always);
    view.step_up.also = names_of(policy.step_up);
    view.step_up.may_also = names_of(optional_ones);
    view.second_factor_required = policy.second_factor_required;
    view.session_idle_minutes = in_minutes(policy.idle_life);
    view.session_absolute_minutes = in_minutes(policy.absolute_life);
    return view;
}

SecurityPolicy changed_by(SecurityPolicy policy, ChangeRequest const& request)
{
    if (request.step_up)
        policy.step_up = purposes_in(*request.step_up);
    if (request.second_factor_required)
        policy.second_factor_required = *request.second_factor_required;
    if (request.session_idle_minutes.is_there)
        policy.idle_life = life_in("sessionIdleMinutes", request.session_idle_minutes.value);
    if (request.session_absolute_minutes.is_there)
        policy.absolute_life
            = life_in("sessionAbsoluteMinutes", request.session_absolute_minutes.value);
    return policy;
}

std::string differences(SecurityPolicy const& before, SecurityPolicy const& after)
{
    std::string fields;
    auto const add = [&](bool differs, char const* name) {
        if (differs)
            fields += (fields.empty() ? "" : " ") + std::string(name);
    };
    add(before.step_up != after.step_up, "stepUp");
    add(before.second_factor_required != after.second_factor_required, "secondFactorRequired");
    add(before.idle_life != after.idle_life, "sessionIdleMinutes");
    add(before.absolute_life != after.absolute_life, "sessionAbsoluteMinutes");
    return fields;
}

} // namespace gatehouse::security_policy
