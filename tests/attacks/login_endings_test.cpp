// What each ending of a sign-in leaves behind: exactly these rows, and no others (behaviours §4).
#include "support/world_fixture.h"

namespace gatehouse::testing {
namespace {

constexpr char const* email = "Ann@Example.test";
constexpr char const* canonical = "ann@example.test";

class LoginEndings : public InAWorld {
protected:
    using Texts = std::vector<std::string>;

    Person ann = world.add_person(email);

    void fail_before(int times)
    {
        for (int time = 0; time < times; ++time)
            world.outside().query(
                "INSERT INTO login_attempts (email, user_id, successful, throttled, attempted_at) "
                "VALUES ($1, $2, false, $3, $4)",
                sql::values(canonical, ann.id, time >= 5, world.clock.now())
            );
    }
    // One column of the one ledger row.
    std::string row(std::string const& column)
    {
        EXPECT_EQ(world.count("audit_ledger"), 1);
        return world.text(column + " FROM audit_ledger");
    }
    std::string attempt(std::string const& column)
    {
        return world.text(column + " FROM login_attempts ORDER BY id DESC LIMIT 1");
    }
    void expect_nothing_at_all()
    {
        EXPECT_EQ(world.events(), Texts());
        EXPECT_EQ(attempts(canonical), Attempts());
        EXPECT_EQ(world.count("sessions"), 0);
    }
};
INSTANTIATE_ON_BOTH_DATABASES(LoginEndings);

TEST_P(LoginEndings, SuccessTakesTheFailuresAwayAndAddsOneSuccess)
{
    fail_before(4);
    auto const answer = login(ann);
    ASSERT_EQ(answer.status, 200) << answer.body;
    EXPECT_EQ(attempts(canonical), (Attempts{.failed = 0, .throttled = 0, .successful = 1}));
    EXPECT_EQ(attempt("user_id"), ann.id);
    EXPECT_EQ(attempt("method"), "password");
    EXPECT_EQ(attempt("ip_address"), "127.0.0.1");
    EXPECT_EQ(world.events(), Texts{"LOGIN_SUCCESS 200 success"});
    EXPECT_EQ(row("user_id"), ann.id);
    EXPECT_EQ(row("actor_id"), ann.id);
    EXPECT_EQ(row("organization_id"), ann.organization_id);
    EXPECT_EQ(row("session_id"), answer.text("sessionId"));
    EXPECT_EQ(row("ip_address"), "127.0.0.1");
    EXPECT_EQ(row("user_agent"), "test/1.0");
    EXPECT_EQ(world.count("sessions WHERE id = $1", sql::values(answer.text("sessionId"))), 1);
    EXPECT_EQ(world.count("refresh_tokens"), 1);
    EXPECT_EQ(world.count("users WHERE last_login_at IS NOT NULL"), 1);
}

TEST_P(LoginEndings, AWrongPasswordLeavesOneFailureInEachBook)
{
    auto const answer = guess("  ann@EXAMPLE.test ");
    EXPECT_EQ(answer.status, 401);
    EXPECT_EQ(answer.code(), "INVALID_CREDENTIALS");
    EXPECT_EQ(answer.text("error"), "Invalid credentials");
    EXPECT_TRUE(answer.cookies().empty());
    EXPECT_EQ(attempts(canonical), (Attempts{.failed = 1, .throttled = 0, .successful = 0}));
    EXPECT_EQ(attempt("user_id"), ann.id);
    EXPECT_EQ(attempt("organization_id"), "") << "the request named none";
    EXPECT_EQ(world.events(), Texts{"LOGIN_FAILURE 401 failure"});
    EXPECT_EQ(row("user_id"), ann.id);
    EXPECT_EQ(row("organization_id"), ann.organization_id);
    EXPECT_EQ(row("email"), canonical);
    EXPECT_EQ(row("details"), R"({"method":"password"})");
    EXPECT_EQ(row("correlation_id"), answer.text("requestId"));
    EXPECT_EQ(row("actor_id"), "") << "nobody knows who it was";
    EXPECT_EQ(world.count("sessions"), 0);
}

TEST_P(LoginEndings, AnUnknownAddressIsWrittenDownAlikeButBelongsToNobody)
{
    EXPECT_EQ(guess("Nobody@Example.test").status, 401);
    EXPECT_EQ(
        attempts("nobody@example.test"), (Attempts{.failed = 1, .throttled = 0, .successful = 0})
    );
    EXPECT_EQ(attempt("user_id"), "");
    EXPECT_EQ(world.events(), Texts{"LOGIN_FAILURE 401 failure"});
    EXPECT_EQ(row("organization_id"), "system");
    EXPECT_EQ(row("user_id"), "");
    EXPECT_EQ(row("email"), "nobody@example.test");
}

TEST_P(LoginEndings, AClosedAddressIsRefusedUnheardAndEveryTryIsWrittenDown)
{
    fail_before(5);
    auto const hashes = world.hashes();
    auto const answer = login(ann);
    EXPECT_EQ(answer.status, 429);
    EXPECT_EQ(answer.code(), "ACCOUNT_LOCKED");
    EXPECT_EQ(answer.header("Retry-After"), "1800");
    EXPECT_EQ(answer.number("remainingSeconds"), 1800);
    EXPECT_EQ(answer.number("retryAfterSec"), 1800);
    EXPECT_EQ(world.hashes(), hashes) << "a refused try must not be hashed";
    EXPECT_EQ(attempts(canonical), (Attempts{.failed = 6, .throttled = 1, .successful = 0}));
    EXPECT_EQ(world.events(), Texts{"ACCOUNT_LOCKED 429 denied"});
    EXPECT_EQ(row("user_id"), ann.id);
    EXPECT_EQ(row("email"), canonical);
}

TEST_P(LoginEndings, TheOrganizationSurfaceSays423FromTheTenthFailureOn)
{
    fail_before(9);
    auto const after_nine = login(ann, organization_login);
    EXPECT_EQ(after_nine.status, 429);
    EXPECT_EQ(after_nine.text("error"), "Too many failed login attempts");
    auto const after_ten = login(ann, organization_login);
    EXPECT_EQ(after_ten.status, 423);
    EXPECT_EQ(after_ten.text("error"), "Account locked");
    EXPECT_EQ(login(ann).status, 429) << "the account surface knows one answer";
    EXPECT_EQ(
        world.events(),
        (Texts{
            "ACCOUNT_LOCKED 429 denied", "ACCOUNT_LOCKED 423 denied", "ACCOUNT_LOCKED 429 denied"
        })
    );
}

TEST_P(LoginEndings, BlockedPeopleAreToldOnlyAfterTheRightPasswordAndItIsNoFailure)
{
    update(ann, "status = 'suspended'");
    EXPECT_EQ(guess(email).status, 401);
    auto const answer = login(ann);
    EXPECT_EQ(answer.status, 403);
    EXPECT_EQ(answer.code(), "ACCOUNT_SUSPENDED");
    update(ann, "status = 'active', email_verified = false");
    EXPECT_EQ(login(ann).code(), "EMAIL_NOT_VERIFIED");
    EXPECT_EQ(login(ann, organization_login).status, 403);
    EXPECT_EQ(attempts(canonical), (Attempts{.failed = 1, .throttled = 0, .successful = 0}));
    EXPECT_EQ(
        world.events(),
        (Texts{
            "LOGIN_FAILURE 401 failure",
            "LOGIN_BLOCKED_SUSPENDED 403 denied",
            "LOGIN_BLOCKED_UNVERIFIED 403 denied",
            "LOGIN_BLOCKED_UNVERIFIED 403 denied"
        })
    );
    EXPECT_EQ(world.count("sessions"), 0);
}

TEST_P(LoginEndings, ASecondFactorIsAskedForAndNothingIsOpenYet)
{
    update(ann, "two_factor_enabled = true"); // and no secret is stored: never skipped (D-61)
    auto const answer = login(ann);
    EXPECT_EQ(answer.status, 202);
    EXPECT_EQ(answer.text("tempToken").size(), 64U);
    EXPECT_TRUE(answer.cookies().empty());
    EXPECT_EQ(answer.member("accessToken"), nullptr);
    EXPECT_EQ(attempts(canonical), Attempts());
    EXPECT_EQ(world.events(), Texts{"TWO_FACTOR_REQUIRED 202 success"});
    EXPECT_EQ(world.count("sessions"), 0);
    EXPECT_EQ(world.count("one_time_tokens WHERE purpose = 'temp_2fa'"), 1);
}

TEST_P(LoginEndings, WhatIsMalformedOrUndecidedLeavesNothing)
{
    EXPECT_EQ(world.call(post(account_login, {{"email", ""}, {"password", "x"}})).status, 400);
    EXPECT_EQ(world.call(post(account_login, {{"email", email}})).status, 400);
    EXPECT_EQ(world.call(post(account_login, {{"email", email}, {"password", ""}})).status, 400);
    EXPECT_EQ(world.call(post(account_login, {{"email", 1}, {"password", "x"}})).status, 400);
    auto typed = login_as(email, "x");
    typed.body = "{\"email\":";
    EXPECT_EQ(world.call(typed).status, 400);
    world.add_person(email);
    EXPECT_EQ(login(ann).status, 409);
    expect_nothing_at_all();
}

TEST_P(LoginEndings, WithLimitsOffNothingIsRefusedButEverythingIsWrittenDown)
{
    world.settings.rate_limit = false; // D-36
    fail_before(12);
    EXPECT_EQ(guess(email).status, 401);
    EXPECT_EQ(login(ann, organization_login).status, 200);
    EXPECT_EQ(attempts(canonical), (Attempts{.failed = 0, .throttled = 0, .successful = 1}));
    EXPECT_EQ(ledger_rows("LOGIN_FAILURE"), 1);
}

} // namespace
} // namespace gatehouse::testing
