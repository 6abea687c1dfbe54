// The signals, one after the other.
#include "domain/risk.h"

#include "core/text.h"

#include <algorithm>
#include <cstdlib>
#include <utility>

namespace gatehouse::domain {
namespace {

constexpr std::int64_t many_live_sessions = 5;
constexpr Duration travel_takes = 2h; // to be seen in another country
constexpr std::size_t sessions_of_a_habit = 5; // fewer say nothing about usual hours
constexpr int hours_around = 2;

constexpr std::array names{
    std::pair(Signal::new_device, std::string_view("NEW_DEVICE")),
    std::pair(Signal::new_country, std::string_view("NEW_COUNTRY")),
    std::pair(Signal::new_city, std::string_view("NEW_CITY")),
    std::pair(Signal::many_active_sessions, std::string_view("MANY_ACTIVE_SESSIONS")),
    std::pair(Signal::impossible_travel, std::string_view("IMPOSSIBLE_TRAVEL")),
    std::pair(Signal::failed_burst, std::string_view("FAILED_BURST")),
    std::pair(Signal::token_reuse, std::string_view("TOKEN_REUSE")),
    std::pair(Signal::unusual_hour, std::string_view("UNUSUAL_HOUR")),
    std::pair(Signal::listed_address, std::string_view("LISTED_ADDRESS")),
    std::pair(Signal::dormant_account, std::string_view("DORMANT_ACCOUNT")),
};
static_assert(names.size() == signal_count);

// Places come from people and databases: `de` and `DE` are one country.
bool is_same(std::string_view one, std::string_view other)
{
    return ascii_lower(trimmed(one)) == ascii_lower(trimmed(other));
}

using Member = std::optional<std::string> SeenSession::*;

std::vector<std::string> known(RiskHistory const& history, Member member)
{
    std::vector<std::string> found;
    for (auto const& session : history.sessions) {
        auto const& value = session.*member;
        bool const is_there = value && !trimmed(*value).empty();
        auto const equals = [&](std::string const& other) {
            return is_same(*value, other);
        };
        if (is_there && std::ranges::none_of(found, equals))
            found.push_back(*value);
    }
    return found;
}

// A value that is not presented, or nothing to compare it with, never raises a score.
bool is_new(std::optional<std::string> const& presented, std::vector<std::string> const& known)
{
    if (!presented || trimmed(*presented).empty() || known.empty())
        return false;
    return std::ranges::none_of(known, [&](std::string const& one) {
        return is_same(one, *presented);
    });
}

bool travels_impossibly(RiskHistory const& history, Presented const& presented)
{
    if (!presented.country || trimmed(*presented.country).empty())
        return false;
    return std::ranges::any_of(history.sessions, [&](SeenSession const& session) {
        return session.country && !trimmed(*session.country).empty()
            && !is_same(*session.country, *presented.country)
            && presented.now - session.last_seen_at < travel_takes;
    });
}

int hour_of(Instant at)
{
    constexpr std::int64_t day = 86'400;
    auto const of_day = ((at.seconds() % day) + day) % day;
    return static_cast<int>(of_day / 3600);
}

bool is_unusual_hour(RiskHistory const& history, Instant now)
{
    if (history.sessions.size() < sessions_of_a_habit)
        return false;
    auto const hour = hour_of(now);
    return std::ranges::none_of(history.sessions, [&](SeenSession const& session) {
        auto const apart = std::abs(hour - hour_of(session.created_at));
        return std::min(apart, 24 - apart) <= hours_around;
    });
}

bool is_dormant(RiskHistory const& history, Instant now, Duration after)
{
    if (history.sessions.empty())
        return false;
    return std::ranges::all_of(history.sessions, [&](SeenSession const& session) {
        return now - session.last_seen_at >= after;
    });
}

} // namespace

std::string_view to_text(Signal signal)
{
    return names.at(index(signal)).second;
}

std::optional<Signal> parse_signal(std::string_view text)
{
    for (auto const& [signal, name] : names)
        if (name == text)
            return signal;
    return std::nullopt;
}

std::string_view to_text(Band band)
{
    switch (band) {
    case Band::pass:
        return "pass";
    case Band::step_up:
        return "step_up";
    case Band::block:
        break;
    }
    return "block";
}

Band band_of(int score, Thresholds const& thresholds)
{
    if (score >= thresholds.block)
        return Band::block;
    return score >= thresholds.step_up ? Band::step_up : Band::pass;
}

FromHistory
judge_history(RiskHistory const& history, Presented const& presented, RiskRules const& rules)
{
    FromHistory found;
    auto& baseline = found.baseline;
    baseline.devices = known(history, &SeenSession::device);
    baseline.countries = known(history, &SeenSession::country);
    baseline.cities = known(history, &SeenSession::city);
    baseline.live_sessions = history.live;
    auto const says = [&](Signal signal, bool fires) {
        found.fired[index(signal)] = fires;
    };
    says(Signal::new_device, is_new(presented.device, baseline.devices));
    says(Signal::new_country, is_new(presented.country, baseline.countries));
    says(Signal::new_city, is_new(presented.city, baseline.cities));
    says(Signal::many_active_sessions, history.live >= many_live_sessions);
    says(Signal::impossible_travel, travels_impossibly(history, presented));
    says(Signal::unusual_hour, is_unusual_hour(history, presented.now));
    says(Signal::dormant_account, is_dormant(history, presented.now, rules.dormant_after));
    return found;
}

int score_of(Fired const& fired, Weights const& weights)
{
    int sum = 0;
    for (std::size_t at = 0; at < signal_count; ++at)
        if (fired[at])
            sum += weights[at];
    return std::clamp(sum, 0, 100);
}

} // namespace gatehouse::domain
