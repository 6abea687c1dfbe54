// Guessing passwords: one after the other, all at once, and around the counters.
#include "support/world_fixture.h"

#include <algorithm>

namespace gatehouse::testing {
namespace {

constexpr char const* email = "ann@example.test";

class Guessing : public InAWorld {
protected:
    void close(std::string const& address)
    {
        for (int time = 0; time < 5; ++time)
            EXPECT_EQ(guess(address).status, 401);
        EXPECT_EQ(guess(address).status, 429);
    }
};
INSTANTIATE_ON_BOTH_DATABASES(Guessing);

// M-28: five verdicts, however many guesses arrive at once, and each leaves its row.
TEST_P(Guessing, TenGuessesAtOnceGetAtMostFiveVerdicts)
{
    world.add_person(email);
    auto const answers = world.in_parallel(login_as(email, "not the password"), 10);
    auto statuses = statuses_of(answers);
    EXPECT_LE(statuses[401], 5);
    EXPECT_EQ(statuses[401] + statuses[429], 10);
    EXPECT_EQ(
        attempts(email), (Attempts{.failed = 10, .throttled = statuses[429], .successful = 0})
    );
    EXPECT_EQ(ledger_rows("LOGIN_FAILURE"), statuses[401]);
    EXPECT_EQ(ledger_rows("ACCOUNT_LOCKED"), statuses[429]);
}

TEST_P(Guessing, AnUnknownAddressGivesNoMoreVerdictsThanAKnownOne)
{
    auto statuses = statuses_of(world.in_parallel(login_as("nobody@example.test", "x"), 12));
    EXPECT_LE(statuses[401], 5);
    EXPECT_EQ(statuses[401] + statuses[429], 12);
    EXPECT_EQ(attempts("nobody@example.test").failed, 12);
}

// A right password among the guesses says nothing once the address is closed.
TEST_P(Guessing, TheRightPasswordAmongManyGuessesIsHeardOnlyWhileTheAddressIsOpen)
{
    auto const ann = world.add_person(email);
    std::vector<Call> calls(20, login_as(email, "not the password"));
    calls[10] = login_as(email, ann.password);
    auto const answers = world.in_parallel(calls);
    auto const opened = answers[10].status == 200;
    EXPECT_TRUE(opened || answers[10].status == 429) << answers[10].body;
    EXPECT_EQ(world.count("sessions"), opened ? 1 : 0);
    EXPECT_EQ(ledger_rows("LOGIN_SUCCESS"), opened ? 1 : 0);
    // Once more by the success, which takes the failures before it away: ten verdicts at most.
    EXPECT_LE(ledger_rows("LOGIN_FAILURE"), opened ? 10 : 5);
}

// TC-SEC-048
TEST_P(Guessing, TenRightPasswordsAtOnceAllPass)
{
    auto const ann = world.add_person(email);
    auto const answers = world.in_parallel(login_as(email, ann.password), 10);
    EXPECT_EQ(statuses_of(answers), (std::map<int, int>{{200, 10}}));
    EXPECT_EQ(world.count("sessions"), 10);
    EXPECT_EQ(ledger_rows("LOGIN_SUCCESS"), 10);
    EXPECT_EQ(attempts(email), (Attempts{.failed = 0, .throttled = 0, .successful = 10}));
    std::vector<std::string> tokens;
    for (auto const& answer : answers)
        tokens.push_back(answer.text("token"));
    std::ranges::sort(tokens);
    EXPECT_TRUE(std::ranges::adjacent_find(tokens) == tokens.end()) << "two logins, one token";
}

TEST_P(Guessing, KnockingOnAClosedDoorProlongsNothing)
{
    auto const ann = world.add_person(email);
    close(email);
    world.clock.move_by(29min);
    auto const late = guess(email);
    EXPECT_EQ(late.status, 429);
    EXPECT_EQ(late.number("remainingSeconds"), 60);
    world.clock.move_by(1min - 1ms);
    auto const last = login(ann);
    EXPECT_EQ(last.status, 429);
    EXPECT_EQ(last.number("remainingSeconds"), 1);
    world.clock.move_by(1ms);
    EXPECT_EQ(login(ann).status, 200);
}

TEST_P(Guessing, FailuresFurtherApartThanFifteenMinutesCloseNothing)
{
    auto const ann = world.add_person(email);
    EXPECT_EQ(guess(email).status, 401);
    world.clock.move_by(15min + 1ms);
    for (int time = 0; time < 4; ++time)
        EXPECT_EQ(guess(email).status, 401);
    EXPECT_EQ(login(ann).status, 200) << "five failures, but not within the window";
}

TEST_P(Guessing, ASuccessBetweenStartsTheCountAnew)
{
    auto const ann = world.add_person(email);
    for (int round = 0; round < 3; ++round) {
        for (int time = 0; time < 4; ++time)
            EXPECT_EQ(guess(email).status, 401);
        EXPECT_EQ(login(ann).status, 200);
    }
}

// M-21: state is the table alone.
TEST_P(Guessing, DeletingTheRowsBySqlOpensAtOnce)
{
    auto const ann = world.add_person(email);
    close(email);
    world.outside().query("DELETE FROM login_attempts WHERE email = $1", sql::values(email));
    EXPECT_EQ(login(ann).status, 200);
}

// M-27
TEST_P(Guessing, OnePersonsFailuresNeverDelayAnother)
{
    close(email);
    EXPECT_EQ(login(world.add_person("bea@example.test")).status, 200);
}

TEST_P(Guessing, CaseAndBlanksAreNoWayAroundTheCounter)
{
    auto const ann = world.add_person(email);
    for (auto const* const spelt :
         {"ann@example.test",
          "ANN@example.test",
          " ann@EXAMPLE.test",
          "Ann@Example.Test\t",
          "aNN@example.test"})
        EXPECT_EQ(guess(spelt).status, 401);
    EXPECT_EQ(login(ann).status, 429);
}

// D-26: who is created anew under an address starts clean, and so does whoever comes after.
TEST_P(Guessing, ARecreatedPersonStartsClean)
{
    auto const first = world.add_person(email);
    close(email);
    update(first, "deleted_at = created_at");
    auto const second = world.add_person(email);
    EXPECT_EQ(attempts(email).failed, 6) << "they were about somebody else";
    EXPECT_EQ(guess(email).status, 401);
    EXPECT_EQ(login(second).status, 200);
}

TEST_P(Guessing, FailuresFromBeforeThereWasAPersonDoNotCountAgainstThem)
{
    close(email); // nobody has it
    auto const ann = world.add_person(email);
    EXPECT_EQ(guess(email).status, 401);
    update(ann, "deleted_at = created_at");
    EXPECT_EQ(guess(email).status, 429) << "and they count again while nobody has it";
}

TEST_P(Guessing, DeletingTheUserBySqlTakesItsAttemptsAlong)
{
    auto const ann = world.add_person(email);
    close(email);
    world.outside().query("DELETE FROM users WHERE id = $1", sql::values(ann.id));
    EXPECT_EQ(attempts(email), Attempts());
}

// A row that SQL wrote with a foreign or no user id does not close a living person's address.
TEST_P(Guessing, RowsWithoutTheUsersIdCountOnlyWhileNobodyHasTheAddress)
{
    for (int time = 0; time < 5; ++time)
        world.outside().query(
            "INSERT INTO login_attempts (email, successful, attempted_at) VALUES ($1, false, $2)",
            sql::values(email, world.clock.now())
        );
    EXPECT_EQ(guess(email).status, 429);
    EXPECT_EQ(login(world.add_person(email)).status, 200);
}

} // namespace
} // namespace gatehouse::testing
