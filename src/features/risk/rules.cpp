// Reading periods, and replaying.
#include "features/risk/rules.h"

#include "core/json.h"
#include "domain/refusal.h"

#include <algorithm>
#include <array>

namespace gatehouse::risk {
namespace {
using domain::Band;
using domain::band_of;
using domain::DecisionFilter;
using domain::invalid_field;
using domain::RiskDecision;
using domain::Thresholds;

constexpr Duration usual_period = 24h * 30;
constexpr Duration one_day = 24h;
constexpr std::size_t most_changed = 1000;

// `2026-11-22`, or a moment. `end` is the end of such a day.
Instant moment_in(std::string const& field, std::string const& text, bool end)
{
    constexpr std::size_t length_of_a_date = 10;
    if (text.size() == length_of_a_date)
        if (auto const day = parse_instant(text + "T00:00:00Z"))
            return end ? *day + one_day : *day;
    if (auto const moment = parse_instant(text))
        return end ? *moment + 1ms : *moment; // what is given belongs to it
    throw invalid_field(field, "must be a date or a moment, as 2026-11-22 or 2026-11-22T07:05:09Z");
}

json::Value risk_in(std::string const& text)
{
    auto const parsed = json::parse(text);
    auto const* const risk = parsed ? parsed->find("risk") : nullptr;
    return risk ? *risk : json::Value();
}

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

Period
period_of(std::optional<std::string> const& from, std::optional<std::string> const& to, Instant now)
{
    Period period{.from = now - usual_period, .to = now + 1ms};
    if (to && !to->empty())
        period.to = moment_in("to", *to, true);
    if (from && !from->empty())
        period.from = moment_in("from", *from, false);
    else
        period.from = period.to - usual_period;
    if (period.from >= period.to)
        throw invalid_field("from", "must not be behind to");
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
    auto const period = period_of(request.from, request.to, now);
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

DecisionView view_of(RiskDecision const& decision)
{
    DecisionView view;
    view.id = decision.id;
    view.created_at = decision.at;
    view.event = decision.event;
    view.status = decision.status;
    view.user_id = text_of(decision.user);
    view.session_id = text_of(decision.session);
    view.ip_address = decision.ip_address;
    view.user_agent = decision.user_agent;
    view.risk = risk_in(decision.details);
    view.compared = risk_in(decision.personal.value_or("{}"));
    return view;
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
    auto const risk = risk_in(decision.details);
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
