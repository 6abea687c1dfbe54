// The rows behind the lockout: which of them count, and in which order.
#include "domain/attempts.h"
#include "support/store_fixture.h"

namespace gatehouse::testing {
namespace {

using domain::Attempt;
using domain::AttemptMethod;
using domain::CanonicalAddress;
using domain::FailureWindow;
using domain::OrganizationId;
using domain::UnitOfWork;
using domain::UserId;

class AttemptsStore : public OnStores {
protected:
    CanonicalAddress const address{"ann@example.test"};

    void SetUp() override
    {
        OnStores::SetUp();
        add_people();
    }
    Attempt failure(Duration ago) const
    {
        Attempt row{.address = address};
        row.user_id = UserId("ann");
        row.attempted_at = now - ago;
        return row;
    }
    void record(Attempt const& row)
    {
        in_unit([&](UnitOfWork& work) -> Async<void> { co_await work.attempts().record(row); });
    }
    FailureWindow window(
        AttemptMethod method = AttemptMethod::password,
        CanonicalAddress const& of = CanonicalAddress("ann@example.test")
    )
    {
        return in_unit([&](UnitOfWork& work) -> Async<FailureWindow> {
            co_return co_await work.attempts().failures(of, method, now);
        });
    }
    void clear(std::string const& organization)
    {
        in_unit([&](UnitOfWork& work) -> Async<void> {
            OrganizationId const where(organization);
            co_await work.attempts().clear(address, AttemptMethod::password, where);
        });
    }
};
INSTANTIATE_ON_BOTH_DATABASES(AttemptsStore);

TEST_P(AttemptsStore, WithoutRowsThereIsNoWindow)
{
    auto const empty = window();
    EXPECT_EQ(empty.newest, std::nullopt);
    EXPECT_EQ(empty.fifth_newest, std::nullopt);
    EXPECT_EQ(empty.since_fifth, 0);
}

TEST_P(AttemptsStore, TheWindowIsThatOfTheFiveNewestEvaluatedFailures)
{
    for (int minutes = 4; minutes >= 1; --minutes)
        record(failure(std::chrono::minutes(minutes)));
    EXPECT_EQ(window().newest, now - 1min);
    EXPECT_EQ(window().fifth_newest, std::nullopt) << "four are no five";
    for (int minutes = 9; minutes >= 5; --minutes)
        record(failure(std::chrono::minutes(minutes))); // written later, but older
    EXPECT_EQ(window().newest, now - 1min);
    EXPECT_EQ(window().fifth_newest, now - 5min);
    EXPECT_EQ(window().since_fifth, 5);
}

TEST_P(AttemptsStore, WhatIsOlderThanAnyVerdictIsNotRead)
{
    for (int time = 0; time < 5; ++time)
        record(failure(46min));
    EXPECT_EQ(window().newest, std::nullopt);
    record(failure(44min));
    EXPECT_EQ(window().newest, now - 44min);
}

TEST_P(AttemptsStore, RefusedTriesCountButMoveNoEnd)
{
    for (int minutes = 9; minutes >= 5; --minutes)
        record(failure(std::chrono::minutes(minutes)));
    auto refused = failure(1min);
    refused.throttled = true;
    record(refused);
    record(refused);
    EXPECT_EQ(window().newest, now - 5min);
    EXPECT_EQ(window().fifth_newest, now - 9min);
    EXPECT_EQ(window().since_fifth, 7);
}

TEST_P(AttemptsStore, FiveInOneMillisecondAreFive)
{
    for (int time = 0; time < 6; ++time)
        record(failure(1min));
    EXPECT_EQ(window().newest, now - 1min);
    EXPECT_EQ(window().fifth_newest, now - 1min);
    EXPECT_EQ(window().since_fifth, 6);
}

TEST_P(AttemptsStore, OnlyFailuresOfThisAddressAndMethodCount)
{
    for (int time = 0; time < 5; ++time) {
        auto success = failure(1min);
        success.successful = true;
        record(success);
        auto code = failure(1min);
        code.method = AttemptMethod::totp;
        record(code);
        Attempt other{.address = CanonicalAddress("bea@example.test")};
        other.user_id = UserId("bea");
        other.attempted_at = now;
        record(other);
    }
    EXPECT_EQ(window().newest, std::nullopt);
    EXPECT_EQ(window(AttemptMethod::totp).since_fifth, 5);
    EXPECT_EQ(window(AttemptMethod::password, CanonicalAddress("bea@example.test")).since_fifth, 5);
}

// database 3.5: of the living while there is one, of nobody while there is none.
TEST_P(AttemptsStore, RowsCountForThoseTheyWereAbout)
{
    for (int time = 0; time < 5; ++time) {
        record(failure(2min));
        Attempt nobodys{.address = address};
        nobodys.attempted_at = now - 1min;
        record(nobodys);
    }
    EXPECT_EQ(window().newest, now - 2min);
    outside().run("UPDATE users SET deleted_at = created_at WHERE id = 'ann'");
    EXPECT_EQ(window().newest, now - 1min);
    outside().run("DELETE FROM users WHERE id = 'ann'");
    EXPECT_EQ(count("login_attempts"), 5) << "those of the deleted user are gone";
    EXPECT_EQ(window().newest, now - 1min);
}

TEST_P(AttemptsStore, AnAddressInSqlsOwnSpellingIsThePersonsAllTheSame)
{
    outside().run("UPDATE users SET email = 'Ann@EXAMPLE.test' WHERE id = 'ann'");
    for (int time = 0; time < 5; ++time)
        record(failure(1min));
    EXPECT_EQ(window().since_fifth, 5);
}

TEST_P(AttemptsStore, ClearingTakesFailuresOfTheMethodAndLeavesSuccesses)
{
    record(failure(1min));
    auto refused = failure(1min);
    refused.throttled = true;
    record(refused);
    auto success = failure(1min);
    success.successful = true;
    record(success);
    auto code = failure(1min);
    code.method = AttemptMethod::backup_code;
    record(code);
    clear("o");
    EXPECT_EQ(count("login_attempts"), 2);
    EXPECT_EQ(count("login_attempts WHERE successful = true"), 1);
    EXPECT_EQ(count("login_attempts WHERE method = 'backup_code'"), 1);
}

TEST_P(AttemptsStore, WhereSeveralShareTheAddressOnlyTriesThatNamedTheOrganizationAreTaken)
{
    add_organization("p");
    auto other = person("other", "p");
    other.email = "ann@example.test";
    ASSERT_TRUE(add(other));
    record(failure(1min));
    auto named = failure(1min);
    named.organization_id = OrganizationId("o");
    record(named);
    named.organization_id = OrganizationId("p");
    record(named);
    clear("p");
    EXPECT_EQ(count("login_attempts WHERE organization_id = 'p'"), 0);
    EXPECT_EQ(count("login_attempts"), 2);
}

TEST_P(AttemptsStore, AnOperatorTakesAllFailuresOfTheAddressWhateverTheyNamed)
{
    add_organization("p");
    auto other = person("other", "p");
    other.email = "ann@example.test";
    ASSERT_TRUE(add(other));
    record(failure(1min));
    auto row = failure(1min);
    row.organization_id = OrganizationId("p");
    record(row);
    row.method = AttemptMethod::totp;
    record(row);
    row.method = AttemptMethod::password;
    row.successful = true;
    record(row);
    Attempt another{.address = CanonicalAddress("bea@example.test")};
    another.attempted_at = now;
    record(another);
    in_unit([&](UnitOfWork& work) -> Async<void> {
        co_await work.attempts().clear_all(address, AttemptMethod::password);
    });
    EXPECT_EQ(count("login_attempts WHERE email = 'ann@example.test'"), 2);
    EXPECT_EQ(count("login_attempts WHERE successful = false"), 2) << "a code, and somebody else";
}

} // namespace
} // namespace gatehouse::testing
