// What is kept of a score: each signal's share, what it was compared with, what would have lowered
// it.
#include "domain/risk_check.h"

#include <utility>

namespace gatehouse::domain {
namespace {

std::string_view what_lowers(Signal signal)
{
    switch (signal) {
    case Signal::new_device:
        return "a device that was used before";
    case Signal::new_country:
        return "a country that was seen before";
    case Signal::new_city:
        return "a city that was seen before";
    case Signal::many_active_sessions:
        return "fewer than five live sessions";
    case Signal::impossible_travel:
        return "two hours between two countries";
    case Signal::failed_burst:
        return "fewer than three failures in 15 minutes";
    case Signal::token_reuse:
        return "the newest refresh token";
    case Signal::unusual_hour:
        return "an hour like that of earlier sign-ins";
    case Signal::listed_address:
        return "an address that is on no list";
    case Signal::dormant_account:
        break;
    }
    return "an account in use";
}

json::Value texts(std::vector<std::string> const& all)
{
    json::Array array;
    for (auto const& text : all)
        array.emplace_back(text);
    return array;
}

json::Value text_or_null(std::optional<std::string> const& text)
{
    return text ? json::Value(*text) : json::Value();
}

json::Value count_of(std::vector<std::string> const& all)
{
    return static_cast<std::int64_t>(all.size());
}

json::Value details_of(Assessment const& assessment, RiskRules const& rules)
{
    json::Object signals;
    json::Array lower;
    for (std::size_t at = 0; at < signal_count; ++at) {
        auto const signal = static_cast<Signal>(at);
        auto const weight = rules.weights[at];
        bool const counts = assessment.fired[at] && weight > 0 && !assessment.failure;
        signals.push_back(
            {std::string(to_text(signal)),
             json::Object{
                 {"fired", assessment.fired[at]},
                 {"share", counts ? weight : 0},
                 {"weight", weight},
             }}
        );
        if (counts)
            lower.emplace_back(json::Object{
                {"by", weight},
                {"signal", std::string(to_text(signal))},
                {"with", std::string(what_lowers(signal))},
            });
    }
    auto const& baseline = assessment.baseline;
    json::Object details{
        {"score", assessment.score},
        {"band", std::string(to_text(assessment.band))},
        {"thresholds",
         json::Object{{"block", rules.thresholds.block}, {"stepUp", rules.thresholds.step_up}}},
        {"signals", std::move(signals)},
        {"comparedWith",
         json::Object{
             {"devices", count_of(baseline.devices)},
             {"countries", count_of(baseline.countries)},
             {"cities", count_of(baseline.cities)},
             {"liveSessions", baseline.live_sessions},
         }},
        {"wouldLower", std::move(lower)},
    };
    if (assessment.failure)
        details.push_back({"skipped", true});
    return details;
}

json::Value personal_of(Assessment const& assessment)
{
    auto const& presented = assessment.presented;
    return json::Object{
        {"presented",
         json::Object{
             {"device", presented.device},
             {"country", text_or_null(presented.country)},
             {"city", text_or_null(presented.city)},
         }},
        {"known",
         json::Object{
             {"devices", texts(assessment.baseline.devices)},
             {"countries", texts(assessment.baseline.countries)},
             {"cities", texts(assessment.baseline.cities)},
         }},
    };
}

} // namespace

RiskRecord record_of(Assessment const& assessment, RiskRules const& rules)
{
    RiskRecord record;
    record.score = assessment.score;
    record.band = assessment.band;
    record.failure = assessment.failure;
    for (std::size_t at = 0; at < signal_count; ++at)
        if (assessment.fired[at] && rules.weights[at] > 0 && !assessment.failure)
            record.reasons.emplace_back(to_text(static_cast<Signal>(at)));
    record.details = details_of(assessment, rules);
    record.personal = personal_of(assessment);
    return record;
}

SessionRisk session_risk_of(RiskRecord const& record)
{
    return {.score = record.score, .degraded = record.failure.has_value()};
}

void put_risk(LedgerEntry& entry, RiskRecord const& record)
{
    entry.details["risk"] = NestedFacts{record.details};
    entry.personal["risk"] = NestedFacts{record.personal};
}

json::Value to_json(RiskRecord const& record)
{
    return json::Object{
        {"score", record.score},
        {"details", record.details},
        {"personal", record.personal},
    };
}

std::optional<RiskRecord> parse_risk(json::Value const& value)
{
    auto const* const score = value.find("score");
    auto const* const details = value.find("details");
    auto const* const personal = value.find("personal");
    bool const is_whole = score && score->integer() && details && details->object() && personal
        && personal->object();
    if (!is_whole)
        return std::nullopt;
    RiskRecord record;
    record.score = static_cast<int>(*score->integer());
    record.details = *details;
    record.personal = *personal;
    record.band = Band::step_up; // nothing else waits
    for (std::size_t at = 0; at < signal_count; ++at) {
        auto const name = to_text(static_cast<Signal>(at));
        auto const* const signals = details->find("signals");
        auto const* const signal = signals ? signals->find(name) : nullptr;
        auto const* const share = signal ? signal->find("share") : nullptr;
        if (share && share->integer() && *share->integer() > 0)
            record.reasons.emplace_back(name);
    }
    return record;
}

} // namespace gatehouse::domain
