// Every signal alone, at its edges; sums, bands and the settings that change them.
#include "domain/risk.h"

#include "domain/risk_check.h"

#include <gtest/gtest.h>

namespace gatehouse::domain {
namespace {

constexpr auto now = Instant::from_milliseconds(1'795'331'109'123); // at 07:05 UTC

SeenSession at_home(Duration ago = 3h)
{
    return {
        .device = "home",
        .country = "DE",
        .city = "Berlin",
        .created_at = now - ago,
        .last_seen_at = now - ago
    };
}

RiskHistory of(std::vector<SeenSession> sessions, std::int64_t live = 1)
{
    return {.sessions = std::move(sessions), .live = live};
}

Presented from(
    std::string device,
    std::optional<std::string> country = {},
    std::optional<std::string> city = {}
)
{
    Presented presented{.device = std::move(device), .now = now};
    presented.country = std::move(country);
    presented.city = std::move(city);
    return presented;
}

std::vector<Signal> fired(RiskHistory const& history, Presented const& presented)
{
    auto const found = judge_history(history, presented, RiskRules());
    std::vector<Signal> signals;
    for (std::size_t at = 0; at < signal_count; ++at)
        if (found.fired[at])
            signals.push_back(static_cast<Signal>(at));
    return signals;
}
using Signals = std::vector<Signal>;

TEST(RiskSignals, A_08_a_first_sign_in_fires_nothing)
{
    EXPECT_EQ(fired(of({}, 0), from("any", "JP", "Osaka")), Signals());
}

TEST(RiskSignals, new_ones_need_something_presented_and_something_known)
{
    EXPECT_EQ(fired(of({at_home()}), from("home", "DE", "Berlin")), Signals());
    EXPECT_EQ(fired(of({at_home()}), from("other", "DE", "Berlin")), Signals{Signal::new_device});
    EXPECT_EQ(fired(of({at_home()}), from("home", "FR", "Berlin")), Signals{Signal::new_country});
    EXPECT_EQ(fired(of({at_home()}), from("home", "DE", "Bonn")), Signals{Signal::new_city});
    EXPECT_EQ(fired(of({at_home()}), from("home")), Signals());
    EXPECT_EQ(fired(of({at_home()}), from("", "", " ")), Signals());
    SeenSession nowhere{.created_at = now - 3h, .last_seen_at = now - 3h};
    EXPECT_EQ(fired(of({nowhere}), from("any", "JP", "Osaka")), Signals());
}

TEST(RiskSignals, places_are_the_same_however_they_are_spelled)
{
    EXPECT_EQ(fired(of({at_home()}), from("home", " de", "BERLIN ")), Signals());
    EXPECT_EQ(fired(of({at_home()}), from("HOME")), Signals());
}

TEST(RiskSignals, five_live_sessions_are_many)
{
    EXPECT_EQ(fired(of({at_home()}, 4), from("home")), Signals());
    EXPECT_EQ(fired(of({at_home()}, 5), from("home")), Signals{Signal::many_active_sessions});
}

TEST(RiskSignals, a_journey_is_impossible_within_two_hours_of_a_session_elsewhere)
{
    Signals const both{Signal::new_country, Signal::impossible_travel};
    EXPECT_EQ(fired(of({at_home(2h - 1ms)}), from("home", "FR")), both);
    EXPECT_EQ(fired(of({at_home(2h)}), from("home", "FR")), Signals{Signal::new_country});
    auto paris = at_home(1h);
    paris.country = "FR";
    EXPECT_EQ(fired(of({at_home(), paris}), from("home", "DE")), Signals{Signal::impossible_travel})
        << "a known country is one too";
}

TEST(RiskSignals, an_hour_is_unusual_only_where_there_is_a_habit)
{
    std::vector<SeenSession> nights;
    for (int day = 1; day <= 5; ++day)
        nights.push_back(at_home(24h * day + 5h)); // at 02:05
    EXPECT_EQ(fired(of(nights), from("home")), Signals{Signal::unusual_hour});
    nights.pop_back();
    EXPECT_EQ(fired(of(nights), from("home")), Signals());
    nights.push_back(at_home(24h + 2h)); // at 05:05: two hours are near enough
    EXPECT_EQ(fired(of(nights), from("home")), Signals());
}

TEST(RiskSignals, an_account_is_dormant_after_ninety_days)
{
    EXPECT_EQ(fired(of({at_home(24h * 90)}), from("home")), Signals{Signal::dormant_account});
    EXPECT_EQ(fired(of({at_home(24h * 90 - 1ms)}), from("home")), Signals());
    EXPECT_EQ(fired(of({at_home(24h * 90), at_home()}), from("home")), Signals());
}

TEST(RiskScore, D_66_sums_the_weights_up_to_a_hundred)
{
    RiskRules const rules;
    Fired all{};
    EXPECT_EQ(score_of(all, rules.weights), 0);
    all[index(Signal::new_device)] = true;
    all[index(Signal::unusual_hour)] = true; // weighs nothing until it is configured
    EXPECT_EQ(score_of(all, rules.weights), 30);
    all.fill(true);
    EXPECT_EQ(score_of(all, rules.weights), 100);
    Fired reuse{};
    reuse[index(Signal::token_reuse)] = true;
    EXPECT_EQ(score_of(reuse, rules.weights), 100);
}

TEST(RiskScore, D_66_bands_begin_at_their_thresholds)
{
    Thresholds const usual;
    EXPECT_EQ(band_of(59, usual), Band::pass);
    EXPECT_EQ(band_of(60, usual), Band::step_up);
    EXPECT_EQ(band_of(89, usual), Band::step_up);
    EXPECT_EQ(band_of(90, usual), Band::block);
    EXPECT_EQ(band_of(100, {.step_up = 101, .block = 101}), Band::pass);
}

TEST(RiskSignals, every_one_has_a_name_that_reads_back)
{
    for (std::size_t at = 0; at < signal_count; ++at) {
        auto const signal = static_cast<Signal>(at);
        EXPECT_EQ(parse_signal(to_text(signal)), signal);
    }
    EXPECT_FALSE(parse_signal("new_device"));
    EXPECT_FALSE(parse_signal(""));
}

TEST(RiskRecord, keeps_shares_and_what_would_have_lowered_it_and_comes_back_from_a_challenge)
{
    Assessment made;
    made.score = 30;
    made.fired[index(Signal::new_device)] = true;
    made.fired[index(Signal::unusual_hour)] = true;
    made.presented = from("other", "DE");
    made.baseline.devices = {"home"};
    auto const record = record_of(made, RiskRules());
    EXPECT_EQ(record.reasons, std::vector<std::string>{"NEW_DEVICE"});
    auto const text = json::canonical(record.details);
    EXPECT_NE(text.find(R"("NEW_DEVICE":{"fired":true,"share":30,"weight":30})"), text.npos);
    EXPECT_NE(text.find(R"("UNUSUAL_HOUR":{"fired":true,"share":0,"weight":0})"), text.npos);
    EXPECT_EQ(text.find("home"), text.npos) << "devices are personal";
    EXPECT_NE(json::canonical(record.personal).find(R"("devices":["home"])"), std::string::npos);
    auto const back = parse_risk(to_json(record));
    ASSERT_TRUE(back);
    EXPECT_EQ(back->score, 30);
    EXPECT_EQ(back->details, record.details);
    EXPECT_EQ(back->personal, record.personal);
    EXPECT_FALSE(parse_risk(json::Object{{"score", 1}}));
}

TEST(RiskRecord, D_65_a_score_that_could_not_be_told_weighs_nothing)
{
    Assessment made;
    made.failure = "gone";
    made.fired[index(Signal::failed_burst)] = true;
    auto const record = record_of(made, RiskRules());
    EXPECT_TRUE(session_risk_of(record).degraded);
    EXPECT_TRUE(record.reasons.empty());
}

} // namespace
} // namespace gatehouse::domain
