// When a step of a key's life is safe, and what is said while it is not.
#include "features/signing_keys/rules.h"

#include "domain/opening_session.h"

#include <gtest/gtest.h>

namespace gatehouse::signing_keys {
namespace {
using domain::KeyState;
using domain::SigningKey;

Instant const now = Instant::from_seconds(1'795'331'109);

SigningKey key_of(std::string kid, KeyState state, Instant published)
{
    SigningKey key;
    key.kid = std::move(kid);
    key.state = state;
    key.published_at = published;
    key.not_before = state == KeyState::published ? may_sign_from(published) : published;
    if (state == KeyState::retiring)
        key.not_after = may_go_from(published);
    return key;
}

std::string why_not(domain::Result<NextStep> const& step)
{
    return step ? "(possible)" : step.error().error;
}

TEST(KeyRules, a_published_key_waits_until_no_copy_of_the_key_set_is_older)
{
    EXPECT_GE(may_sign_from(now) - now, key_set_max_age + margin);
    EXPECT_EQ(key_set_max_age, 300s);
}

TEST(KeyRules, a_retired_key_stays_as_long_as_any_token_may_live)
{
    for (auto const life :
         {domain::remembered_token_life,
          domain::token_life,
          domain::access_token_life,
          domain::session_absolute_life})
        EXPECT_GT(may_go_from(now) - now, life);
}

TEST(KeyRules, with_one_key_a_rotation_publishes_another)
{
    auto const step = next_of_rotation({key_of("a", KeyState::signing, now)}, now);
    ASSERT_TRUE(step);
    EXPECT_EQ(step->kind, NextStep::Kind::publish);
    EXPECT_EQ(step->signing->kid, "a");
}

TEST(KeyRules, the_published_key_takes_over_at_its_time_and_not_before)
{
    std::vector<SigningKey> const keys{
        key_of("a", KeyState::signing, now - 24h),
        key_of("b", KeyState::published, now),
        key_of("c", KeyState::retiring, now - 48h)
    };
    auto const from = may_sign_from(now);
    EXPECT_EQ(
        why_not(next_of_rotation(keys, from - 1ms)),
        "the key b was published at " + to_text(now) + "; it may sign from " + to_text(from)
            + " on, when everybody has seen it"
    );
    EXPECT_FALSE(next_of_rotation(keys, now - 24h)); // a clock that went back makes nothing safe
    auto const step = next_of_rotation(keys, from);
    ASSERT_TRUE(step);
    EXPECT_EQ(step->kind, NextStep::Kind::take_over);
    EXPECT_EQ(step->next->kid, "b");
    EXPECT_EQ(step->signing->kid, "a");
}

TEST(KeyRules, a_time_in_the_row_that_is_too_early_is_not_believed)
{
    auto early = key_of("b", KeyState::published, now);
    early.not_before = now - 24h;
    auto late = key_of("b", KeyState::published, now - 24h);
    late.not_before = now + 1h;
    for (auto const& next : {early, late})
        EXPECT_FALSE(next_of_rotation({key_of("a", KeyState::signing, now - 48h), next}, now + 1s));
}

TEST(KeyRules, where_no_key_signs_one_signs_at_once)
{
    EXPECT_EQ(next_of_rotation({}, now)->kind, NextStep::Kind::mend);
    auto const step = next_of_rotation({key_of("b", KeyState::published, now)}, now);
    ASSERT_TRUE(step);
    EXPECT_EQ(step->kind, NextStep::Kind::mend);
    EXPECT_EQ(step->next->kid, "b");
}

TEST(KeyRules, only_a_retired_key_may_go_and_only_when_its_tokens_are_over)
{
    std::vector<SigningKey> keys{
        key_of("a", KeyState::signing, now),
        key_of("b", KeyState::published, now),
        key_of("c", KeyState::retiring, now)
    };
    auto const later = now + 24h * 365;
    for (auto const* const kid : {"a", "b", "unknown", ""})
        EXPECT_FALSE(removable(keys, kid, later)) << kid;
    EXPECT_NE(removable(keys, "a", later).error().error.find("is signing"), std::string::npos);
    auto const from = may_go_from(now);
    EXPECT_NE(
        removable(keys, "c", from - 1ms).error().error.find(to_text(from)), std::string::npos
    );
    EXPECT_TRUE(removable(keys, "c", from));
    keys[2].not_after.reset(); // by hand: nobody knows when it retired
    EXPECT_FALSE(removable(keys, "c", later));
}

TEST(KeyRules, in_an_emergency_any_key_goes_and_somebody_signs_on)
{
    std::vector<SigningKey> keys{
        key_of("a", KeyState::signing, now), key_of("c", KeyState::retiring, now)
    };
    EXPECT_FALSE(emergency(keys, "unknown"));
    EXPECT_FALSE(emergency(keys, "c")->then);
    auto const alone = emergency(keys, "a");
    ASSERT_TRUE(alone && alone->then);
    EXPECT_EQ(alone->then->kind, NextStep::Kind::mend);
    EXPECT_FALSE(alone->then->next);
    keys.push_back(key_of("b", KeyState::published, now));
    EXPECT_FALSE(emergency(keys, "b")->then);
    EXPECT_EQ(emergency(keys, "a")->then->next->kid, "b");
}

TEST(KeyRules, operators_are_told_what_may_follow)
{
    EXPECT_EQ(
        outlook(key_of("b", KeyState::published, now)),
        "may sign from " + to_text(may_sign_from(now))
    );
    EXPECT_EQ(outlook(key_of("a", KeyState::signing, now)), "signs since " + to_text(now));
    EXPECT_EQ(
        outlook(key_of("c", KeyState::retiring, now)),
        "may be removed from " + to_text(may_go_from(now))
    );
}

} // namespace
} // namespace gatehouse::signing_keys
