// The retry schedule, as the interface promises it.
#include "outbound/retry_schedule.h"

#include <gtest/gtest.h>

namespace gatehouse::outbound {
namespace {

constexpr Instant queued = Instant::from_seconds(1'000'000);

TEST(RetrySchedule, three_quick_tries_then_every_ten_minutes)
{
    RetrySchedule const schedule;
    auto now = queued;
    std::vector<Duration> pauses;
    for (int attempt = 1; attempt <= 6; ++attempt) {
        auto const next = next_attempt(schedule, attempt, queued, now);
        ASSERT_TRUE(next);
        pauses.push_back(*next - now);
        now = *next;
    }
    EXPECT_EQ(pauses, (std::vector<Duration>{5s, 10s, 20s, 10min, 10min, 10min}));
}

TEST(RetrySchedule, gives_up_after_a_day_and_not_before)
{
    RetrySchedule const schedule;
    auto now = queued;
    int attempt = 1;
    while (auto const next = next_attempt(schedule, attempt, queued, now)) {
        now = *next;
        ++attempt;
        ASSERT_LT(attempt, 1000);
    }
    EXPECT_GE(now - queued, Duration(24h));
    EXPECT_LE(now - queued, Duration(24h + 10min));
    EXPECT_EQ(attempt, 3 + 144 + 1);
}

TEST(RetrySchedule, a_mail_that_waited_long_still_gets_its_quick_tries)
{
    RetrySchedule const schedule;
    auto const late = queued + Duration(48h);
    EXPECT_EQ(next_attempt(schedule, 1, queued, late), late + 5s);
    EXPECT_EQ(next_attempt(schedule, 3, queued, late), late + 20s);
    EXPECT_EQ(next_attempt(schedule, 4, queued, late), std::nullopt);
}

TEST(RetrySchedule, intervals_are_settings)
{
    RetrySchedule const schedule{.first = {10ms}, .then_every = 20ms, .give_up_after = 50ms};
    EXPECT_EQ(next_attempt(schedule, 1, queued, queued), queued + 10ms);
    EXPECT_EQ(next_attempt(schedule, 2, queued, queued + 10ms), queued + 30ms);
    EXPECT_EQ(next_attempt(schedule, 9, queued, queued + 50ms), std::nullopt);
    EXPECT_EQ(next_attempt(schedule, 0, queued, queued), queued + 10ms);
}

} // namespace
} // namespace gatehouse::outbound
