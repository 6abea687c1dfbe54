// How unusual a sign-in or a refresh is: pure rules from what is presented and what is known (api
// §7).
#pragma once

#include "core/networks.h"
#include "core/time.h"
#include "domain/ids.h"

#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace gatehouse::domain {

enum class Signal {
    new_device,
    new_country,
    new_city,
    many_active_sessions,
    impossible_travel,
    failed_burst,
    token_reuse,
    unusual_hour,
    listed_address,
    dormant_account,
};
inline constexpr std::size_t signal_count = 10;
std::string_view to_text(Signal signal); // NEW_DEVICE
std::optional<Signal> parse_signal(std::string_view text);

constexpr std::size_t index(Signal signal)
{
    return static_cast<std::size_t>(signal);
}

using Weights = std::array<int, signal_count>; // by index()

struct Thresholds {
    int step_up = 60;
    int block = 90;
};

struct RiskRules { // what operators decide
    Weights weights = {30, 25, 10, 20, 20, 15, 100, 0, 0, 0};
    Thresholds thresholds = {};
    Duration history_may_take = 50ms;
    Duration dormant_after = 24h * 90;
    Networks listed = {};
};

enum class Band { pass, step_up, block };
std::string_view to_text(Band band);
Band band_of(int score, Thresholds const& thresholds);

// One of the last sessions of a person, the newest first where there are several.
struct SeenSession {
    std::optional<std::string> device;
    std::optional<std::string> country;
    std::optional<std::string> city;
    Instant created_at;
    Instant last_seen_at;
};

struct RiskHistory { // the last sessions, and how many of all are live
    std::vector<SeenSession> sessions;
    std::int64_t live = 0;
    std::vector<SessionId> rests_on = {}; // whatever ends one of these makes it another history
    bool is_whole = true; // false: it rests on more sessions than are named
};

struct Presented {
    std::string device;
    std::optional<std::string> country = {};
    std::optional<std::string> city = {};
    std::string address = {};
    Instant now = {};
};

inline constexpr std::size_t sessions_looked_at = 12;

// What a score was compared with: personal, and told only to those who may see decisions.
struct Baseline {
    std::vector<std::string> devices = {};
    std::vector<std::string> countries = {};
    std::vector<std::string> cities = {};
    std::int64_t live_sessions = 0;
};

using Fired = std::array<bool, signal_count>;

// What the history alone says; the rest is asked anew each time.
struct FromHistory {
    Fired fired = {};
    Baseline baseline = {};
};
FromHistory
judge_history(RiskHistory const& history, Presented const& presented, RiskRules const& rules);

int score_of(Fired const& fired, Weights const& weights); // 0 to 100

} // namespace gatehouse::domain
