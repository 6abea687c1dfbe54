// The lockout rule, to the millisecond.
#include "domain/lockout.h"

#include <gtest/gtest.h>

namespace gatehouse::domain {
namespace {

constexpr auto start = Instant::from_milliseconds(1'795'331'109'123);

// The fifth newest failure at the start, the newest `spread` later; `count` failed rows since.
FailureWindow five_within(Duration spread, std::int64_t count = 5)
{
    return {.newest = start + spread, .fifth_newest = start, .since_fifth = count};
}

TEST(Lockout, fewer_than_five_failures_close_nothing)
{
    EXPECT_FALSE(closed({}, start));
    FailureWindow const four{.newest = start, .fifth_newest = {}, .since_fifth = 4};
    EXPECT_FALSE(closed(four, start));
    FailureWindow const nonsense{.newest = {}, .fifth_newest = start, .since_fifth = 5};
    EXPECT_FALSE(closed(nonsense, start));
}

TEST(Lockout, five_failures_within_exactly_fifteen_minutes_close)
{
    EXPECT_TRUE(closed(five_within(0ms), start));
    EXPECT_TRUE(closed(five_within(15min), start + 15min));
    EXPECT_FALSE(closed(five_within(15min + 1ms), start + 15min + 1ms));
}

TEST(Lockout, the_address_opens_thirty_minutes_after_the_newest_failure)
{
    auto const window = five_within(10min);
    auto const reopens = start + 10min + 30min;
    EXPECT_TRUE(closed(window, reopens - 1ms));
    EXPECT_FALSE(closed(window, reopens));
    EXPECT_FALSE(closed(window, reopens + 1ms));
}

TEST(Lockout, the_remaining_time_is_rounded_up_and_at_least_a_second)
{
    auto const window = five_within(0ms);
    EXPECT_EQ(closed(window, start)->remaining_seconds, 1800);
    EXPECT_EQ(closed(window, start + 1ms)->remaining_seconds, 1800);
    EXPECT_EQ(closed(window, start + 999ms)->remaining_seconds, 1800);
    EXPECT_EQ(closed(window, start + 1s)->remaining_seconds, 1799);
    EXPECT_EQ(closed(window, start + 30min - 1s)->remaining_seconds, 1);
    EXPECT_EQ(closed(window, start + 30min - 1ms)->remaining_seconds, 1);
}

// A clock that stands behind the newest failure (two nodes): closed all the longer, never open.
TEST(Lockout, a_failure_in_the_future_keeps_the_address_closed)
{
    auto const state = closed(five_within(2s), start);
    ASSERT_TRUE(state);
    EXPECT_EQ(state->remaining_seconds, 1802);
}

TEST(Lockout, the_organization_surface_tells_the_bands_apart_at_the_tenth_failure)
{
    auto const reason_at = [](std::int64_t failures) {
        Closed const state{.remaining_seconds = 60, .failures = failures};
        return refuse_closed(state, Surface::organization).reason;
    };
    EXPECT_EQ(reason_at(5), Reason::too_many_failures);
    EXPECT_EQ(reason_at(9), Reason::too_many_failures);
    EXPECT_EQ(reason_at(10), Reason::account_locked);
    EXPECT_EQ(reason_at(1'000'000), Reason::account_locked);
}

TEST(Lockout, the_account_surface_says_one_thing_in_both_bands)
{
    for (std::int64_t const failures : {5, 9, 10, 11}) {
        Closed const state{.remaining_seconds = 60, .failures = failures};
        EXPECT_EQ(refuse_closed(state, Surface::account).reason, Reason::address_closed);
    }
}

TEST(Lockout, the_answer_says_the_same_seconds_that_the_rule_found)
{
    auto const state = closed(five_within(0ms), start + 3min);
    ASSERT_TRUE(state);
    auto const refusal = refuse_closed(*state, Surface::account);
    EXPECT_EQ(refusal.retry_after_seconds, 1620);
    EXPECT_EQ(refusal.message, "Too many failed attempts. Try again in 27 minutes.");
    Closed const last{.remaining_seconds = 1, .failures = 5};
    EXPECT_EQ(
        refuse_closed(last, Surface::account).message,
        "Too many failed attempts. Try again in 1 minute."
    );
}

} // namespace
} // namespace gatehouse::domain
