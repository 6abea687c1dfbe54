// What is kept for a minute, for whom, and when it is forgotten.
#include "domain/risk_scores.h"

#include <gtest/gtest.h>

namespace gatehouse::domain {
namespace {

constexpr auto now = Instant::from_milliseconds(1'795'331'109'123);

RiskKey key_of(std::string const& user, std::string const& device = "d")
{
    return {
        .organization = OrganizationId("o"),
        .user = UserId(user),
        .session_version = 1,
        .device = device,
        .country = "DE",
        .city = ""
    };
}

FromHistory with_live(std::int64_t live)
{
    FromHistory found;
    found.baseline.live_sessions = live;
    return found;
}

void keep(RiskScores& scores, RiskKey const& key, std::int64_t live = 1, Instant at = now)
{
    scores.keep(key, with_live(live), at, scores.begun());
}

TEST(RiskScoresKept, A_17_for_sixty_seconds)
{
    RiskScores scores;
    EXPECT_FALSE(scores.find(key_of("ann"), now));
    keep(scores, key_of("ann"), 7);
    ASSERT_TRUE(scores.find(key_of("ann"), now + 60s - 1ms));
    EXPECT_EQ(scores.find(key_of("ann"), now)->baseline.live_sessions, 7);
    EXPECT_FALSE(scores.find(key_of("ann"), now + 60s));
    EXPECT_EQ(scores.size(), 0U);
}

TEST(RiskScoresKept, A_17_for_exactly_what_was_asked_about)
{
    RiskScores scores;
    keep(scores, key_of("ann"));
    auto other = key_of("ann");
    other.session_version = 2; // after a reuse or a block, on whichever node
    EXPECT_FALSE(scores.find(other, now));
    for (auto RiskKey::* part : {&RiskKey::device, &RiskKey::country, &RiskKey::city}) {
        other = key_of("ann");
        other.*part = "another";
        EXPECT_FALSE(scores.find(other, now));
    }
    auto split = key_of("ann", "d 2:DE"); // no two keys are spelled alike
    split.country = "";
    EXPECT_FALSE(scores.find(split, now));
    EXPECT_FALSE(scores.find(key_of("bea"), now));
}

TEST(RiskScoresKept, A_17_until_the_person_is_forgotten)
{
    RiskScores scores;
    keep(scores, key_of("ann", "one"));
    keep(scores, key_of("ann", "two"));
    keep(scores, key_of("bea"));
    scores.forget(UserId("ann"));
    EXPECT_FALSE(scores.find(key_of("ann", "one"), now));
    EXPECT_FALSE(scores.find(key_of("ann", "two"), now));
    EXPECT_TRUE(scores.find(key_of("bea"), now));
}

TEST(RiskScoresKept, A_17_not_what_was_read_before_somebody_was_forgotten)
{
    RiskScores scores;
    auto const asked = scores.begun();
    scores.forget(UserId("ann"));
    scores.keep(key_of("ann"), with_live(1), now, asked);
    EXPECT_FALSE(scores.find(key_of("ann"), now));
}

TEST(RiskScoresKept, A_17_ten_thousand_at_most_the_oldest_goes)
{
    RiskScores scores;
    for (std::size_t at = 0; at <= RiskScores::most; ++at)
        keep(scores, key_of("person " + std::to_string(at)));
    EXPECT_EQ(scores.size(), RiskScores::most);
    EXPECT_FALSE(scores.find(key_of("person 0"), now));
    EXPECT_TRUE(scores.find(key_of("person 1"), now));
    keep(scores, key_of("person 1"), 9);
    EXPECT_EQ(scores.size(), RiskScores::most);
    EXPECT_EQ(scores.find(key_of("person 1"), now)->baseline.live_sessions, 9);
}

} // namespace
} // namespace gatehouse::domain
