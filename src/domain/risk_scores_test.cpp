// What is kept for a minute, for whom, and when it is forgotten.
#include "domain/risk_scores.h"

#include "domain/changed.h"

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
    scores.keep(key, with_live(live), {}, at, scores.begun());
}

TEST(RiskScoresKept, A_17_for_sixty_seconds)
{
    Changes untold;
    RiskScores scores{untold};
    EXPECT_FALSE(scores.find(key_of("ann"), now));
    keep(scores, key_of("ann"), 7);
    ASSERT_TRUE(scores.find(key_of("ann"), now + 60s - 1ms));
    EXPECT_EQ(scores.find(key_of("ann"), now)->baseline.live_sessions, 7);
    EXPECT_FALSE(scores.find(key_of("ann"), now + 60s));
    EXPECT_EQ(scores.size(), 0U);
}

TEST(RiskScoresKept, A_17_for_exactly_what_was_asked_about)
{
    Changes untold;
    RiskScores scores{untold};
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
    Changes untold;
    RiskScores scores{untold};
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
    Changes untold;
    RiskScores scores{untold};
    auto const asked = scores.begun();
    scores.forget(UserId("ann"));
    scores.keep(key_of("ann"), with_live(1), {}, now, asked);
    EXPECT_FALSE(scores.find(key_of("ann"), now));
}

TEST(RiskScoresKept, A_17_ten_thousand_at_most_the_oldest_goes)
{
    Changes untold;
    RiskScores scores{untold};
    for (std::size_t at = 0; at <= RiskScores::most; ++at)
        keep(scores, key_of("person " + std::to_string(at)));
    EXPECT_EQ(scores.size(), RiskScores::most);
    EXPECT_FALSE(scores.find(key_of("person 0"), now));
    EXPECT_TRUE(scores.find(key_of("person 1"), now));
    keep(scores, key_of("person 1"), 9);
    EXPECT_EQ(scores.size(), RiskScores::most);
    EXPECT_EQ(scores.find(key_of("person 1"), now)->baseline.live_sessions, 9);
}

class Source final : public ChangeSource {
public:
    bool is_current() noexcept override { return current; }
    bool current = true;
};

// Kept of Ann, who has two sessions, while changes are told.
class RiskScoresTold : public ::testing::Test {
protected:
    Changes changes;
    Source source;
    RiskScores scores{changes};

    void SetUp() override { changes.follow(source); }
    void keep_ann(RiskScores::Begun asked)
    {
        std::vector<SessionId> sessions{SessionId("one"), SessionId("two")};
        scores.keep(key_of("ann"), with_live(2), std::move(sessions), now, asked);
    }
    bool is_kept() { return scores.find(key_of("ann"), now).has_value(); }
};

TEST_F(RiskScoresTold, A_17_ForgetsWithWhateverItRestsOn)
{
    SessionId const session("two");
    UserId const ann("ann");
    OrganizationId const house("o");
    for (auto const& changed_one : {changed(session), changed(ann), changed(house)}) {
        keep_ann(scores.begun());
        EXPECT_TRUE(is_kept());
        changes.note(changed_one);
        EXPECT_FALSE(is_kept()) << changed_one.kind;
        EXPECT_EQ(scores.size(), 0U);
    }
    UserId const bea("bea");
    keep_ann(scores.begun());
    changes.note(changed(bea));
    EXPECT_TRUE(is_kept());
    changes.note_all();
    EXPECT_FALSE(is_kept());
}

TEST_F(RiskScoresTold, WhatWasToldWhileTheHistoryWasReadIsNotKept)
{
    auto const asked = scores.begun();
    SessionId const session("one");
    changes.note(changed(session));
    keep_ann(asked);
    EXPECT_FALSE(is_kept());
}

TEST_F(RiskScoresTold, NothingIsKeptOrFoundWhileNobodyCanTell)
{
    keep_ann(scores.begun());
    source.current = false;
    EXPECT_FALSE(is_kept());
    keep_ann(scores.begun());
    source.current = true;
    EXPECT_FALSE(is_kept());
}

} // namespace
} // namespace gatehouse::domain
