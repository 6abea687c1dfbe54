// Reading questions, and replaying.
#include "features/risk/rules.h"

#include "core/json.h"
#include "domain/period.h"
#include "domain/refusal.h"
#include "domain/risk_view.h"

#include <algorithm>
#include <array>

namespace gatehouse::risk {
namespace {
using domain::Band;
using domain::band_of;
using domain::DecisionFilter;
using domain::invalid_field;
using domain::period_of;
using domain::RiskDecision;
using domain::Thresholds;

constexpr Duration longest_period = 24h * 93; // a quarter, from date to date
constexpr std::size_t most_changed = 1000;

std::optional<int> number_in(json::Value const* object, char const* name)
{
    auto const* const member = object ? object->find(name) : nullptr;
    auto const* const number = member ? member->integer() : nullptr;
    return number ? std::optional(static_cast<int>(*number)) : std::nullopt;
}

std::optional<std::string> text_of(auto const& id)
{
    return id ? std::optional(id->text()) : std::nullopt;
}

void count(Tally& tally, Band band)
{
    switch (band) {
    case Band::pass:
        ++tally.passed;
        return;
    case Band::step_up:
        ++tally.stepped_up;
        return;
    case Band::block:
        ++tally.blocked;
        return;
    }
}

} // namespace

domain::Period bounded_period(
    std::optional<std::string> const& from, std::optional<std::string> const& to, Instant now
)
{
    auto const period = period_of(from, to, now);
    if (period.to - period.from > longest_period)
        throw invalid_field("from", "must not be more than 92 days before to");
    return period;
}

DecisionFilter filter_of(DecisionsRequest const& request, Instant now)
{
    constexpr std::array<std::string_view, 5> events{
        "LOGIN_SUCCESS",
        "TOKEN_ROTATED",
        "ANOMALY_SCORE_MEDIUM",
        "ANOMALY_SCORE_HIGH",
        "REFRESH_TOKEN_REUSE_DETECTED"
    };
    auto const period = bounded_period(request.from, request.to, now);
    DecisionFilter filter{.from = period.from, .to = period.to};
    if (request.user_id && !request.user_id->empty())
        filter.user = domain::UserId(*request.user_id);
    if (request.event) {
        if (std::ranges::find(events, *request.event) == events.end())
            throw invalid_field("event", "is none that a decision leaves");
        filter.event = *request.event;
    }
    return filter;
}

Thresholds thresholds_in(ReplayRequest const& request)
{
    if (request.step_up < 1 || request.step_up > 101)
        throw invalid_field("stepUp", "must be from 1 to 101");
    if (request.block < request.step_up || request.block > 101)
        throw invalid_field("block", "must be from stepUp to 101");
    return {.step_up = static_cast<int>(request.step_up), .block = static_cast<int>(request.block)};
}

void replay(RiskDecision const& decision, Thresholds const& asked, Replayed& into)
{
    auto const risk = domain::risk_part_of(decision.details);
    auto const score = number_in(&risk, "score");
    if (!score)
        return;
    auto const* const then = risk.find("thresholds");
    Thresholds const usual;
    Thresholds const held{
        .step_up = number_in(then, "stepUp").value_or(usual.step_up),
        .block = number_in(then, "block").value_or(usual.block)
    };
    auto const was = band_of(*score, held);
    auto const would_be = band_of(*score, asked);
    ++into.decisions;
    count(into.was, was);
    count(into.would_be, would_be);
    if (was == would_be)
        return;
    into.changed.push_back(
        {.id = decision.id,
         .created_at = decision.at,
         .user_id = text_of(decision.user),
         .score = *score,
         .was = std::string(to_text(was)),
         .would_be = std::string(to_text(would_be))}
    );
    if (into.changed.size() > most_changed) { // the oldest goes
        into.changed.erase(into.changed.begin());
        into.truncated = true;
    }
}

} // namespace gatehouse::risk
