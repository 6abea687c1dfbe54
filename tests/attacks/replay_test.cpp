// Using once what may be used once: refresh tokens, mailed links, registrations, sign-outs, in
// parallel.
#include "support/world_fixture.h"

#include <algorithm>

namespace gatehouse::testing {
namespace {

constexpr char const* email = "ann@example.test";
constexpr char const* new_password = "Another-Horse-8";

class Replay : public InAWorld {
protected:
    Call refresh(std::string const& token)
    {
        return post("/api/v1/auth/refresh", {{"refreshToken", token}});
    }
    std::int64_t version(Person const& person)
    {
        return world.outside()
            .query("SELECT session_version FROM users WHERE id = $1", sql::values(person.id))
            .front()
            .integer(0);
    }
    std::int64_t live_tokens()
    {
        return world.count("refresh_tokens WHERE is_revoked = false AND revoked_at IS NULL");
    }
    static Answer const& the_one(std::vector<Answer> const& answers, int status)
    {
        auto const found = std::ranges::find(answers, status, &Answer::status);
        return found == answers.end() ? answers.front() : *found;
    }
};
INSTANTIATE_ON_BOTH_DATABASES(Replay);

TEST_P(Replay, ARefreshTokenIsGoodForExactlyOneOfFiftyAtOnce)
{
    auto const ann = world.add_person(email);
    auto const in = world.signed_in(ann);
    auto const answers = world.in_parallel(refresh(in.text("refreshToken")), 50);
    EXPECT_EQ(statuses_of(answers), (std::map<int, int>{{200, 1}, {401, 49}}));
    for (auto const& answer : answers)
        if (answer.status == 401) {
            EXPECT_EQ(answer.code(), "FORCE_LOGOUT");
        }
    EXPECT_EQ(ledger_rows("TOKEN_ROTATED"), 1);
    EXPECT_EQ(ledger_rows("REFRESH_TOKEN_REUSE_DETECTED"), 49);
    EXPECT_EQ(live_tokens(), 0) << "after a reuse nothing of the family lives";
    EXPECT_EQ(world.count("refresh_tokens"), 2);
    EXPECT_EQ(live_sessions(ann), 0);
    EXPECT_EQ(version(ann), 2) << "the bump comes once per family";
    EXPECT_EQ(world.mails(email).size(), 1U) << "and so does the mail";
    auto const& won = the_one(answers, 200);
    EXPECT_EQ(status_with(won.text("token")), 401);
    EXPECT_EQ(world.call(refresh(won.text("refreshToken"))).code(), "FORCE_LOGOUT");
}

TEST_P(Replay, AReuseEndsEverySessionOfThePersonAndTellsThem)
{
    auto const ann = world.add_person(email);
    auto const one = world.signed_in(ann);
    auto const other = world.signed_in(ann);
    auto const fresh = world.call(refresh(one.text("refreshToken")));
    ASSERT_EQ(fresh.status, 200) << fresh.body;
    EXPECT_EQ(world.call(refresh(one.text("refreshToken"))).code(), "FORCE_LOGOUT");
    EXPECT_EQ(status_with(fresh.text("accessToken")), 401);
    EXPECT_EQ(
        world.call(get("/api/v1/me/data").as(other.text("token"))).code(), "SESSION_INVALIDATED"
    );
    EXPECT_EQ(world.call(refresh(other.text("refreshToken"))).status, 401);
    ASSERT_EQ(world.mails(email).size(), 1U);
    EXPECT_EQ(world.mails(email).front().kind, mail_text::MailKind::sessions_ended);
    EXPECT_EQ(world.count("refresh_tokens WHERE suspicious_reuse_at IS NOT NULL"), 1)
        << "the presented row is marked";
    EXPECT_EQ(login(ann).status, 200) << "signing in again works";
}

// D-58: an old stolen token cannot log a person out for ever.
TEST_P(Replay, TheSameStolenTokenAgainEndsNothingFurther)
{
    auto const ann = world.add_person(email);
    auto const stolen = world.signed_in(ann).text("refreshToken");
    world.call(refresh(stolen));
    world.call(refresh(stolen));
    auto const again = world.signed_in(ann);
    EXPECT_EQ(world.call(refresh(stolen)).code(), "FORCE_LOGOUT");
    EXPECT_EQ(status_with(again.text("token")), 200);
    EXPECT_EQ(version(ann), 2);
    auto const mails = world.mails(email);
    using mail_text::MailKind;
    EXPECT_EQ(std::ranges::count(mails, MailKind::sessions_ended, &ReadMail::kind), 1);
    EXPECT_EQ(ledger_rows("REFRESH_TOKEN_REUSE_DETECTED"), 2) << "but each is written down";
}

TEST_P(Replay, ATokenRevokedByHandWithoutAReasonRaisesTheAlarmToo)
{
    auto const ann = world.add_person(email);
    auto const in = world.signed_in(ann);
    world.outside().query(
        "UPDATE refresh_tokens SET is_revoked = true, revoked_at = $1",
        sql::values(world.clock.now())
    );
    EXPECT_EQ(world.call(refresh(in.text("refreshToken"))).code(), "FORCE_LOGOUT");
    EXPECT_EQ(ledger_rows("REFRESH_TOKEN_REUSE_DETECTED"), 1);
    EXPECT_EQ(status_with(in.text("token")), 401);
}

TEST_P(Replay, RotationKeepsTheChainAndTheFamily)
{
    auto const in = world.signed_in(world.add_person(email));
    auto token = in.text("refreshToken");
    for (int turn = 0; turn < 3; ++turn) {
        world.clock.move_by(1min);
        auto const answer = world.call(refresh(token));
        ASSERT_EQ(answer.status, 200) << answer.body;
        EXPECT_EQ(answer.text("sessionId"), in.text("sessionId"));
        EXPECT_NE(answer.text("refreshToken"), token);
        token = answer.text("refreshToken");
    }
    EXPECT_EQ(world.count("refresh_tokens"), 4);
    EXPECT_EQ(live_tokens(), 1);
    EXPECT_EQ(world.count("refresh_tokens WHERE family_id = id"), 1);
    EXPECT_EQ(
        world.count(
            "refresh_tokens p JOIN refresh_tokens c ON c.parent_id = p.id AND "
            "p.replaced_by_token_id = c.id AND p.revoke_reason = 'rotation' AND p.family_id = "
            "c.family_id"
        ),
        3
    );
}

// M-17: whoever is first registers, however many are at once and however they spell it.
TEST_P(Replay, OneOfManyRegistrationsAtOnceMakesThePerson)
{
    std::vector<Call> calls;
    for (int at = 0; at < 16; ++at)
        calls.push_back(post(
            "/api/v1/auth/register",
            {{"email", at % 2 == 0 ? email : "ANN@Example.test"},
             {"password", ServiceWorld::usual_password()}}
        ));
    auto const answers = world.in_parallel(calls);
    EXPECT_EQ(statuses_of(answers), (std::map<int, int>{{200, 1}, {409, 15}}));
    EXPECT_EQ(world.count("users"), 1);
    EXPECT_EQ(world.count("organizations"), 1);
    EXPECT_EQ(world.count("outbox"), 1);
    EXPECT_EQ(ledger_rows("REGISTER"), 1);
}

TEST_P(Replay, AVerifyLinkOpenedByManyAtOnceProvesOnce)
{
    world.registered(email);
    auto const link = world.mails(email).front().tokens.front();
    auto const answers = world.in_parallel(get("/api/auth/verify-email?token=" + link), 10);
    for (auto const& answer : answers)
        EXPECT_EQ(answer.header("Location"), "https://id.example.test/login?verified=1");
    EXPECT_EQ(ledger_rows("EMAIL_VERIFIED"), 1);
    EXPECT_EQ(world.count("users WHERE email_verified = true"), 1);
}

TEST_P(Replay, AResetLinkIsGoodForExactlyOneOfFiftyAtOnce)
{
    auto const ann = world.add_person(email);
    auto const link = forgotten_link(email);
    std::vector<Call> calls;
    for (int at = 0; at < 50; ++at)
        calls.push_back(post(
            "/api/v1/auth/reset-password",
            {{"token", link}, {"newPassword", "Another-Horse-" + std::to_string(at)}}
        ));
    auto const answers = world.in_parallel(calls);
    EXPECT_EQ(statuses_of(answers), (std::map<int, int>{{200, 1}, {400, 49}}));
    EXPECT_EQ(ledger_rows("PASSWORD_RESET_COMPLETED"), 1);
    EXPECT_EQ(version(ann), 2);
    auto const winner = std::ranges::find(answers, 200, &Answer::status) - answers.begin();
    world.settings.rate_limit = false;
    for (int at = 0; at < 50; at += 7)
        EXPECT_EQ(
            world.call(login_as(email, "Another-Horse-" + std::to_string(at))).status,
            at == winner ? 200 : 401
        );
    EXPECT_EQ(world.call(login_as(email, "Another-Horse-" + std::to_string(winner))).status, 200);
}

// A session must never come from the old password once the reset has happened.
TEST_P(Replay, SigningInWhileThePasswordIsReplacedLeavesNoSessionOfTheOldOne)
{
    for (int round = 0; round < 10; ++round) {
        auto const address = "ann" + std::to_string(round) + "@example.test";
        auto const ann = world.add_person(address);
        auto const link = forgotten_link(address);
        std::vector<Call> calls(9, login_as(address, ann.password));
        calls[static_cast<std::size_t>(round % 9)]
            = post("/api/v1/auth/reset-password", {{"token", link}, {"newPassword", new_password}});
        auto const answers = world.in_parallel(calls);
        auto statuses = statuses_of(answers);
        EXPECT_EQ(statuses[200] + statuses[401] + statuses[429], 9);
        EXPECT_EQ(live_sessions(ann), 0) << "round " << round;
        for (auto const& answer : answers)
            if (!answer.text("token").empty()) {
                EXPECT_EQ(status_with(answer.text("token")), 401);
            }
    }
}

TEST_P(Replay, OneOfManySignOutsAtOnceEndsTheSession)
{
    auto const in = world.signed_in(world.add_person(email));
    auto const answers = world.in_parallel(post("/api/auth/logout").as(in.text("token")), 10);
    EXPECT_EQ(statuses_of(answers), (std::map<int, int>{{200, 1}, {401, 9}}));
    EXPECT_EQ(ledger_rows("LOGOUT"), 1);
    auto const account = world.in_parallel(post("/api/v1/auth/logout").as(in.text("token")), 10);
    EXPECT_EQ(statuses_of(account), (std::map<int, int>{{200, 10}}));
    EXPECT_EQ(ledger_rows("LOGOUT"), 1) << "a dead session leaves no further row";
}

TEST_P(Replay, OneOfManyRevocationsAtOnceEndsTheSession)
{
    auto const ann = world.add_person(email);
    auto const here = world.signed_in(ann);
    auto const there = world.signed_in(ann);
    auto const call
        = remove("/api/v1/auth/sessions/" + there.text("sessionId")).as(here.text("token"));
    EXPECT_EQ(statuses_of(world.in_parallel(call, 10)), (std::map<int, int>{{200, 1}, {404, 9}}));
    EXPECT_EQ(ledger_rows("SESSION_REVOKED"), 1);
}

// M-18
TEST_P(Replay, ManyVaultsMadeAtOnceAreOne)
{
    auto const in = world.signed_in(world.add_person(email));
    auto const answers
        = world.in_parallel(post("/api/v1/me/encryption-vault/init").as(in.text("token")), 20);
    for (auto const& answer : answers) {
        EXPECT_EQ(answer.status, 200) << answer.body;
        EXPECT_EQ(answer.text("masterKey"), answers.front().text("masterKey"));
    }
    EXPECT_EQ(world.count("encryption_vaults"), 1);
    EXPECT_EQ(world.count("audit_ledger WHERE event_type = 'VAULT_INIT' AND status = 201"), 1);
    EXPECT_EQ(world.count("audit_ledger WHERE event_type = 'VAULT_INIT' AND status = 200"), 19);
}

TEST_P(Replay, TheLimitsOfMailHoldHoweverManyAskAtOnce)
{
    world.registered(email);
    auto const resend = post("/api/v1/auth/resend-verification", {{"email", email}});
    EXPECT_EQ(statuses_of(world.in_parallel(resend, 12)), (std::map<int, int>{{200, 5}, {429, 7}}));
    EXPECT_EQ(world.mails(email).size(), 6U);
    auto const forgot = post("/api/v1/auth/forgot-password", {{"email", email}});
    EXPECT_EQ(statuses_of(world.in_parallel(forgot, 12)), (std::map<int, int>{{200, 3}, {429, 9}}));
    EXPECT_EQ(world.mails(email).size(), 9U);
}

TEST_P(Replay, SigningInAtOnceNeverLeavesMoreSessionsThanAllowed)
{
    world.settings.max_active_sessions_per_user = 2;
    auto const ann = world.add_person(email);
    auto const answers = world.in_parallel(login_as(email, ann.password), 10);
    EXPECT_EQ(statuses_of(answers), (std::map<int, int>{{200, 10}}));
    EXPECT_EQ(live_sessions(ann), 2);
    EXPECT_EQ(world.count("refresh_tokens"), 2);
}

} // namespace
} // namespace gatehouse::testing
