// Sitting on somebody else's address: seven days, and only while nobody proves it (decisions D-99).
#include "support/world_fixture.h"

namespace gatehouse::testing {
namespace {

constexpr char const* email = "ann@example.test";

class Squatting : public InAWorld {
protected:
    Answer register_again()
    {
        return world.call(post(
            "/api/v1/auth/register",
            {{"email", "Ann@Example.test"}, {"password", "Another-Horse-8"}}
        ));
    }
    int verify(std::string const& token)
    {
        return world.call(get("/api/auth/verify-email?token=" + token)).status;
    }
};
INSTANTIATE_ON_BOTH_DATABASES(Squatting);

TEST_P(Squatting, AnUnprovenRegistrationHoldsItsAddressForSevenDaysToTheMillisecond)
{
    auto const squatter = world.registered(email);
    world.clock.move_by(24h * 7 - 1ms);
    EXPECT_EQ(register_again().code(), "EMAIL_ALREADY_REGISTERED");
    world.clock.move_by(1ms);
    auto const answer = register_again();
    ASSERT_EQ(answer.status, 200) << answer.body;
    EXPECT_NE(answer.text("user.id"), squatter.id);
    EXPECT_EQ(world.count("users"), 1) << "the squatter is gone";
    EXPECT_EQ(world.count("users WHERE id = $1", sql::values(squatter.id)), 0);
    EXPECT_EQ(ledger_rows("REGISTER"), 2) << "what happened stays in the ledger";
}

TEST_P(Squatting, TheSquattersLinkOpensNothingAfterwards)
{
    world.registered(email);
    auto const old_link = world.mails(email).front().tokens.front();
    world.clock.move_by(24h * 7);
    ASSERT_EQ(register_again().status, 200);
    EXPECT_EQ(verify(old_link), 302);
    EXPECT_EQ(world.count("users WHERE email_verified = true"), 0);
}

TEST_P(Squatting, AProvenAddressIsHeldForEver)
{
    world.registered(email);
    EXPECT_EQ(verify(world.mails(email).front().tokens.front()), 302);
    EXPECT_EQ(world.count("users WHERE mailbox_proven_at IS NOT NULL"), 1);
    world.clock.move_by(24h * 365);
    EXPECT_EQ(register_again().status, 409);
    EXPECT_EQ(world.count("users"), 1);
}

// email_verified says that login does not wait, not that the mailbox was proven.
TEST_P(Squatting, ARegistrationThatSqlVerifiedIsNeverPurged)
{
    auto const ann = world.registered(email);
    update(ann, "email_verified = true");
    world.clock.move_by(24h * 30);
    EXPECT_EQ(register_again().status, 409);
    EXPECT_EQ(login(ann).status, 200);
}

TEST_P(Squatting, RowsThatAdministratorsVouchedForBlockNobody)
{
    auto const vouched = world.add_person(email, "company");
    auto const answer = register_again();
    ASSERT_EQ(answer.status, 200) << answer.body;
    EXPECT_EQ(world.count("users"), 2);
    EXPECT_EQ(login(vouched).status, 200) << "and stay as they are";
}

TEST_P(Squatting, ACompletedResetProvesTheMailboxAndLetsTheOwnerIn)
{
    auto const ann = world.registered(email);
    EXPECT_EQ(login(ann).code(), "EMAIL_NOT_VERIFIED");
    EXPECT_EQ(reset(forgotten_link(email), "Another-Horse-8").status, 200);
    EXPECT_EQ(
        world.count("users WHERE mailbox_proven_at IS NOT NULL AND email_verified = true"), 1
    );
    EXPECT_EQ(world.call(login_as(email, "Another-Horse-8")).status, 200);
    world.clock.move_by(24h * 30);
    EXPECT_EQ(register_again().status, 409);
}

TEST_P(Squatting, ADeletedPersonFreesTheAddressAtOnce)
{
    auto const ann = world.registered(email);
    update(ann, "deleted_at = created_at, mailbox_proven_at = created_at");
    EXPECT_EQ(register_again().status, 200);
}

// api 1 "Limits": five an hour, whenever within the hour they were asked for.
TEST_P(Squatting, AnotherLinkComesFiveTimesAnHourAndNoMore)
{
    world.registered(email);
    auto const resend = [&] {
        return world.call(post("/api/v1/auth/resend-verification", {{"email", email}}));
    };
    world.clock.move_by(4min);
    for (int time = 0; time < 5; ++time)
        EXPECT_EQ(resend().status, 200);
    world.clock.move_by(58min);
    auto const early = resend();
    EXPECT_EQ(early.status, 429);
    EXPECT_EQ(early.number("remainingSeconds"), 120);
    world.clock.move_by(2min - 1ms);
    EXPECT_EQ(resend().status, 429);
    world.clock.move_by(1ms);
    EXPECT_EQ(resend().status, 200);
    EXPECT_EQ(world.mails(email).size(), 7U);
}

TEST_P(Squatting, ALinkLivesForADayAndExactlyThat)
{
    world.registered(email);
    auto const link = world.mails(email).front().tokens.front();
    world.clock.move_by(24h);
    auto const late = world.call(get("/api/auth/verify-email?token=" + link));
    EXPECT_EQ(late.header("Location"), "https://id.example.test/login?error=TOKEN_EXPIRED");
    EXPECT_EQ(world.count("users WHERE email_verified = true"), 0);
    world.clock.move_by(-1ms);
    auto const in_time = world.call(get("/api/auth/verify-email?token=" + link));
    EXPECT_EQ(in_time.header("Location"), "https://id.example.test/login?verified=1");
}

} // namespace
} // namespace gatehouse::testing
