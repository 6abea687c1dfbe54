// One pause for all connections: it grows while nobody gets through, and the first success ends it.
#include "storage/postgres/reconnecting.h"

#include <gtest/gtest.h>

namespace gatehouse::postgres {
namespace {

using std::chrono::milliseconds;

class ReconnectingTest : public ::testing::Test {
protected:
    static Reconnecting::Moment at(int milliseconds_in)
    {
        return Reconnecting::Moment(std::chrono::hours(1)) + milliseconds(milliseconds_in);
    }
    // The first millisecond from `from` on at which it may be tried.
    int next_after(int from) const
    {
        int moment = from;
        while (reconnecting_.refuses(at(moment)))
            ++moment;
        return moment;
    }

    Reconnecting reconnecting_;
};

TEST_F(ReconnectingTest, MayBeTriedAtOnce)
{
    EXPECT_FALSE(reconnecting_.refuses(at(0)));
}

TEST_F(ReconnectingTest, PausesLongerWithEachFailureUpToTwoSecondsAndNamesTheCause)
{
    int moment = 0;
    std::vector<int> pauses;
    for (int tries = 0; tries < 8; ++tries) {
        reconnecting_.failed(at(moment), at(moment + 1), "refused");
        EXPECT_EQ(reconnecting_.refuses(at(moment + 1)), "refused");
        int const next = next_after(moment + 1);
        pauses.push_back(next - moment - 1);
        moment = next;
    }
    EXPECT_EQ(pauses, (std::vector{50, 100, 200, 400, 800, 1600, 2000, 2000}));
}

TEST_F(ReconnectingTest, FailuresSideBySideCountOnce)
{
    reconnecting_.failed(at(0), at(5), "one");
    reconnecting_.failed(at(1), at(6), "two");
    reconnecting_.failed(at(2), at(7), "three");
    EXPECT_EQ(next_after(7), 57);
}

TEST_F(ReconnectingTest, OPS13_ASuccessEndsThePauseForAll)
{
    for (int moment = 0; moment < 20'000; moment = next_after(moment + 1))
        reconnecting_.failed(at(moment), at(moment + 1), "down");
    reconnecting_.succeeded(at(20'000));
    EXPECT_FALSE(reconnecting_.refuses(at(20'000)));
    reconnecting_.failed(at(20'001), at(20'002), "down again");
    EXPECT_EQ(next_after(20'002), 20'052); // and the pauses begin anew
}

TEST_F(ReconnectingTest, AFailureOfATryFromBeforeTheSuccessIsOldNews)
{
    reconnecting_.succeeded(at(10));
    reconnecting_.failed(at(5), at(12), "was still down at its time");
    EXPECT_FALSE(reconnecting_.refuses(at(12)));
}

} // namespace
} // namespace gatehouse::postgres
