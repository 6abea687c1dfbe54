// Judging an address, and writing a policy down.
#include "domain/security_rules.h"

#include "core/json.h"

#include <algorithm>
#include <chrono>
#include <utility>

namespace gatehouse::domain {
namespace {

constexpr char const* step_up_name = "stepUp";
constexpr char const* second_factor_name = "secondFactorRequired";
constexpr char const* idle_name = "sessionIdleSeconds";
constexpr char const* absolute_name = "sessionAbsoluteSeconds";

std::int64_t in_seconds(Duration time)
{
    return std::chrono::duration_cast<std::chrono::seconds>(time).count();
}

bool read_purposes(json::Value const& list, std::vector<StepUpPurpose>& into)
{
    auto const* const names = list.array();
    if (!names)
        return false;
    for (auto const& name : *names) {
        auto const purpose = name.text() ? parse_purpose(*name.text()) : std::nullopt;
        if (!purpose)
            return false;
        into.push_back(*purpose);
    }
    return true;
}

bool read_life(json::Value const& value, std::optional<Duration>& into)
{
    auto const* const seconds = value.integer();
    if (!seconds || *seconds < 1 || *seconds > in_seconds(24h * 366))
        return false;
    into = std::chrono::seconds(*seconds);
    return true;
}

// False for what this version does not know: a later one may have asked for more.
bool read_member(json::Member const& member, SecurityPolicy& into)
{
    if (member.name == step_up_name)
        return read_purposes(member.value, into.step_up);
    if (member.name == idle_name)
        return read_life(member.value, into.idle_life);
    if (member.name == absolute_name)
        return read_life(member.value, into.absolute_life);
    auto const* const truth = member.value.boolean();
    if (member.name != second_factor_name || !truth)
        return false;
    into.second_factor_required = *truth;
    return true;
}

} // namespace

std::string_view to_text(IpAction action)
{
    return action == IpAction::allow ? "allow" : "deny";
}

std::optional<IpAction> parse_ip_action(std::string_view text)
{
    if (text == "allow")
        return IpAction::allow;
    if (text == "deny")
        return IpAction::deny;
    return std::nullopt;
}

void Perimeter::add(IpAction action, Network network)
{
    (action == IpAction::allow ? allowed_ : denied_).push_back(network);
}

bool Perimeter::lets_in(std::string_view address) const
{
    if (is_open())
        return true;
    auto const parsed = Address::parse(address);
    if (!parsed)
        return false;
    auto const holds = [&](Network const& network) {
        return network.contains(*parsed);
    };
    if (std::ranges::any_of(denied_, holds))
        return false;
    return allowed_.empty() || std::ranges::any_of(allowed_, holds);
}

bool SecurityPolicy::asks_for(StepUpPurpose purpose) const
{
    return std::ranges::find(step_up, purpose) != step_up.end();
}

std::shared_ptr<SecurityRules const> no_security_rules()
{
    static auto const none = std::make_shared<SecurityRules const>();
    return none;
}

std::string to_stored(SecurityPolicy const& policy)
{
    json::Object members;
    if (!policy.step_up.empty()) {
        json::Array names;
        for (auto const purpose : policy.step_up)
            names.emplace_back(to_text(purpose));
        members.push_back({step_up_name, json::Value(std::move(names))});
    }
    if (policy.second_factor_required)
        members.push_back({second_factor_name, json::Value(true)});
    if (policy.idle_life)
        members.push_back({idle_name, json::Value(in_seconds(*policy.idle_life))});
    if (policy.absolute_life)
        members.push_back({absolute_name, json::Value(in_seconds(*policy.absolute_life))});
    return json::canonical(json::Value(std::move(members)));
}

std::optional<SecurityPolicy> parse_policy(std::string_view stored)
{
    auto const parsed = json::parse(stored);
    auto const* const members = parsed ? parsed->object() : nullptr;
    if (!members)
        return std::nullopt;
    SecurityPolicy policy;
    for (auto const& member : *members)
        if (!read_member(member, policy))
            return std::nullopt;
    return policy;
}

} // namespace gatehouse::domain
