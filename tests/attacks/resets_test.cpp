// Replacing a password: what a reset ends, what makes a link worthless, and what SQL may do to it.
#include "support/world_fixture.h"

#include <set>

namespace gatehouse::testing {
namespace {

constexpr char const* email = "ann@example.test";
constexpr char const* new_password = "Another-Horse-8";

class Resets : public InAWorld {
protected:
    Person ann = world.add_person(email);

    int forget()
    {
        return world.call(post("/api/v1/auth/forgot-password", {{"email", email}})).status;
    }
    std::string column() { return world.text("reset_token FROM users"); }
    void show_in_column()
    {
        world.settings.reset_token_storage = domain::ResetTokenStorage::column;
    }
};
INSTANTIATE_ON_BOTH_DATABASES(Resets);

TEST_P(Resets, AResetEndsEverythingOldAndTellsThePerson)
{
    auto const in = login(ann);
    auto const elsewhere = login(ann, organization_login);
    update(ann, "two_factor_enabled = true");
    auto const pending = login(ann);
    EXPECT_EQ(pending.status, 202);
    update(ann, "two_factor_enabled = false");
    for (int time = 0; time < 5; ++time)
        guess(email);
    auto const older = forgotten_link(email);
    auto const link = forgotten_link(email);
    EXPECT_EQ(reset(link, new_password).status, 200);

    EXPECT_EQ(status_with(in.text("token")), 401);
    EXPECT_EQ(status_with(elsewhere.text("accessToken")), 401);
    EXPECT_EQ(world.count("refresh_tokens WHERE is_revoked = false"), 0);
    EXPECT_EQ(world.count("refresh_tokens WHERE revoke_reason = 'security_event'"), 2);
    EXPECT_EQ(world.count("one_time_tokens WHERE used_at IS NULL"), 0);
    EXPECT_EQ(reset(older, "A-Third-Horse-9").code(), "TOKEN_INVALID");
    EXPECT_EQ(reset(link, "A-Third-Horse-9").code(), "TOKEN_INVALID");
    EXPECT_EQ(column(), "");
    EXPECT_EQ(login(ann).status, 401) << "the old password";
    EXPECT_EQ(world.call(login_as(email, new_password)).status, 200) << "and the lock is open";
    EXPECT_EQ(world.mails(email).back().kind, mail_text::MailKind::password_changed);
    EXPECT_EQ(ledger_rows("PASSWORD_RESET_COMPLETED"), 1);
    EXPECT_EQ(
        world.count("users WHERE session_version = 2 AND password_changed_at IS NOT NULL"), 1
    );
}

TEST_P(Resets, AWeakPasswordLeavesTheLinkGood)
{
    auto const link = forgotten_link(email);
    auto const weak = reset(link, "123");
    EXPECT_EQ(weak.code(), "WEAK_PASSWORD");
    EXPECT_NE(weak.text("error").find("password"), std::string::npos);
    EXPECT_EQ(reset(link, new_password).status, 200);
}

TEST_P(Resets, ALinkLivesOneHourAndExactlyThat)
{
    auto const link = forgotten_link(email);
    world.clock.move_by(1h);
    auto const late = reset(link, new_password);
    EXPECT_EQ(late.code(), "TOKEN_EXPIRED");
    EXPECT_NE(late.text("error").find("expired"), std::string::npos);
    EXPECT_EQ(login(ann).status, 200);
    world.clock.move_by(-1ms);
    EXPECT_EQ(reset(link, new_password).status, 200);
}

TEST_P(Resets, AnExpiryThatSqlMovedBackCounts)
{
    for (auto const storage :
         {domain::ResetTokenStorage::hash, domain::ResetTokenStorage::column}) {
        world.settings.reset_token_storage = storage;
        auto const link = forgotten_link(email);
        world.outside().query(
            "UPDATE users SET reset_token_expires = $1", sql::values(world.clock.now() - 1h)
        );
        EXPECT_EQ(reset(link, new_password).code(), "TOKEN_EXPIRED");
    }
    EXPECT_EQ(login(ann).status, 200) << "nothing was replaced";
}

TEST_P(Resets, TheColumnHoldsADigestUnlessATestAsksForTheToken)
{
    auto const link = forgotten_link(email);
    EXPECT_EQ(column().size(), 64U);
    EXPECT_NE(column(), link);
    EXPECT_EQ(reset(column(), new_password).code(), "TOKEN_INVALID") << "a digest opens nothing";
    show_in_column();
    auto const shown = forgotten_link(email);
    EXPECT_EQ(column(), shown);
    EXPECT_EQ(reset(column(), new_password).status, 200);
}

// D-71: 100 requests show 100 values, mail three times, and nobody voids a victim's link by asking.
TEST_P(Resets, TheFourthRequestMailsNothingAndPutsADecoyIntoTheColumn)
{
    show_in_column();
    std::set<std::string> values;
    for (int time = 0; time < 3; ++time) {
        EXPECT_EQ(forget(), 200);
        values.insert(column());
    }
    for (int time = 0; time < 5; ++time) {
        EXPECT_EQ(forget(), 429);
        values.insert(column());
        EXPECT_EQ(reset(column(), new_password).code(), "TOKEN_INVALID");
    }
    EXPECT_EQ(values.size(), 8U);
    auto const mails = world.mails(email);
    ASSERT_EQ(mails.size(), 3U);
    EXPECT_EQ(world.count("reset_requests WHERE throttled = true"), 5);
    EXPECT_EQ(ledger_rows("PASSWORD_RESET_REQUESTED"), 3);
    EXPECT_EQ(reset(mails[1].tokens.front(), new_password).status, 200) << "mailed ones stay good";
}

TEST_P(Resets, AnHourLaterItMailsAgain)
{
    for (int time = 0; time < 3; ++time)
        EXPECT_EQ(forget(), 200);
    auto const refused = world.call(post("/api/v1/auth/forgot-password", {{"email", email}}));
    EXPECT_EQ(refused.number("remainingSeconds"), 3600);
    EXPECT_EQ(refused.header("Retry-After"), "3600");
    world.clock.move_by(1h - 1ms);
    EXPECT_EQ(forget(), 429);
    world.clock.move_by(1ms);
    EXPECT_EQ(forget(), 200);
}

// D-26 for resets.
TEST_P(Resets, ARecreatedPersonStartsClean)
{
    for (int time = 0; time < 3; ++time)
        EXPECT_EQ(forget(), 200);
    EXPECT_EQ(forget(), 429);
    update(ann, "deleted_at = created_at");
    world.add_person(email);
    EXPECT_EQ(forget(), 200);
}

TEST_P(Resets, SuspendedAndDeletedPeopleGetNoMailAndTheirLinksAreWorthless)
{
    auto const link = forgotten_link(email);
    update(ann, "status = 'suspended'");
    EXPECT_EQ(forget(), 200);
    EXPECT_EQ(world.mails(email).size(), 1U);
    EXPECT_EQ(reset(link, new_password).code(), "TOKEN_INVALID");
    update(ann, "status = 'active', deleted_at = created_at");
    EXPECT_EQ(forget(), 200);
    EXPECT_EQ(reset(link, new_password).code(), "TOKEN_INVALID");
    EXPECT_EQ(world.mails(email).size(), 1U);
    update(ann, "deleted_at = NULL");
    EXPECT_EQ(reset(link, new_password).status, 200) << "refusals did not use it up";
}

TEST_P(Resets, WithLimitsOffTheFourthIsMailedAndStillWrittenDown)
{
    world.settings.rate_limit = false;
    for (int time = 0; time < 5; ++time)
        EXPECT_EQ(forget(), 200);
    EXPECT_EQ(world.mails(email).size(), 5U);
    EXPECT_EQ(world.count("reset_requests"), 5);
}

} // namespace
} // namespace gatehouse::testing
