// Sign-ins that wait for their second step: what they keep, and what ends them.
#include "support/second_factors.h"

namespace gatehouse::testing {
namespace {

constexpr char const* email = "ann@example.test";

class PendingSignInOfAnn : public WithSecondFactor { };
INSTANTIATE_ON_BOTH_DATABASES(PendingSignInOfAnn);

TEST_P(PendingSignInOfAnn, ATempTokenLivesFiveMinutes)
{
    auto const token = begun();
    world.clock.move_by(5min - 1ms);
    expect_refused(finish(token, wrong_code(world)));
    world.clock.move_by(1ms);
    expect_refused(finish(token, code_now(world)));
    EXPECT_EQ(failures("totp"), 1) << "with a dead tempToken nothing was guessed";
}

TEST_P(PendingSignInOfAnn, UnknownUsedAndForeignTokensAreTheSameAnswerAsAWrongCode)
{
    auto const face = [](Answer const& answer) {
        auto body = answer.body;
        auto const id = answer.text("requestId");
        body.erase(body.find(id), id.size());
        return std::to_string(answer.status) + body;
    };
    auto const wrong = face(finish(begun(), wrong_code(world)));
    EXPECT_EQ(face(finish("unknown", code_now(world))), wrong);
    auto const used = begun();
    EXPECT_EQ(finish(used, code_now(world)).status, 200);
    EXPECT_EQ(face(finish(used, code_now(world, 1))), wrong);
    EXPECT_EQ(face(finish(forgotten_link(email), code_now(world, 1))), wrong) << "another purpose";
    EXPECT_EQ(face(world.call(with_backup_code(begun(), "wrong"))), wrong);
}

TEST_P(PendingSignInOfAnn, WithoutATempTokenNobodyIsAsked)
{
    for (auto const& call :
         {post(second_step),
          post(second_step, {{"code", "000000"}}),
          post(second_step, {{"tempToken", ""}, {"code", "000000"}}),
          post(second_step, {{"tempToken", nullptr}, {"code", "000000"}})}) {
        auto const answer = world.call(call);
        EXPECT_EQ(answer.status, 401) << answer.body;
        EXPECT_EQ(answer.code(), "UNAUTHORIZED");
    }
}

TEST_P(PendingSignInOfAnn, WhatIsMalformedIsNotCounted)
{
    auto const token = begun();
    for (auto const& call :
         {post(second_step, {{"tempToken", token}}),
          post(second_step, {{"tempToken", token}, {"code", ""}}),
          post(second_step, {{"tempToken", token}, {"code", 123456}}),
          post(second_step, {{"tempToken", 7}, {"code", "123456"}}),
          post(second_step, {{"tempToken", token}, {"code", "123456"}, {"backupCode", "x"}})})
        EXPECT_EQ(world.call(call).status, 400) << call.body;
    EXPECT_EQ(failures("totp"), 0);
    EXPECT_EQ(world.count("one_time_tokens WHERE attempts > 0"), 0);
    EXPECT_EQ(finish(token, code_now(world)).status, 200);
}

TEST_P(PendingSignInOfAnn, SwitchedOnWithoutASecretEveryCodeIsWrong)
{
    update(ann, "two_factor_secret = NULL, backup_codes = NULL");
    expect_refused(finish(begun(), code_now(world)));
    expect_refused(finish(begun(), "000000"));
    expect_refused(world.call(with_backup_code(begun(), "plain-one")));
    EXPECT_EQ(failures("totp"), 2);
}

TEST_P(PendingSignInOfAnn, ThePersonIsJudgedAgainAtTheEnd)
{
    auto const token = begun();
    update(ann, "status = 'suspended'");
    EXPECT_EQ(finish(token, code_now(world)).code(), "ACCOUNT_SUSPENDED");
    update(ann, "status = 'active', email_verified = false");
    EXPECT_EQ(finish(token, code_now(world)).code(), "EMAIL_NOT_VERIFIED");
    EXPECT_EQ(ledger_rows("LOGIN_BLOCKED_SUSPENDED"), 1);
    EXPECT_EQ(ledger_rows("LOGIN_BLOCKED_UNVERIFIED"), 1);
    EXPECT_EQ(world.count("sessions"), 0);
    update(ann, "email_verified = true");
    EXPECT_EQ(finish(token, code_now(world)).status, 200) << "a block uses nothing up";
}

TEST_P(PendingSignInOfAnn, ADeletedPersonsTokenIsNone)
{
    auto const token = begun();
    update(ann, "deleted_at = created_at");
    expect_refused(finish(token, code_now(world)));
}

TEST_P(PendingSignInOfAnn, WhatEndsSessionsEndsSignInsThatWait)
{
    auto const by_reset = begun();
    EXPECT_EQ(reset(forgotten_link(email), "Another-Horse-8").status, 200);
    expect_refused(finish(by_reset, code_now(world)));
    ann.password = "Another-Horse-8";
    auto const by_version = begun();
    update(ann, "session_version = session_version + 1");
    expect_refused(finish(by_version, code_now(world)));
    auto const by_sql = begun();
    update(ann, "password_hash = '" + world.usual_hash() + "'");
    expect_refused(finish(by_sql, code_now(world)));
    ann.password = ServiceWorld::usual_password();
    auto const by_switch = begun();
    update(ann, "two_factor_enabled = false");
    expect_refused(finish(by_switch, code_now(world)));
    EXPECT_EQ(world.count("sessions"), 0);
    EXPECT_EQ(failures("totp"), 0);
}

TEST_P(PendingSignInOfAnn, WhatTheFirstStepAskedForIsWhatTheSecondGives)
{
    auto const token = temp_token(
        world,
        ann,
        organization_login,
        {{"rememberMe", true},
         {"organizationId", ann.organization_id},
         {"deviceId", "d1"},
         {"deviceName", "Phone"},
         {"deviceFingerprint", "print"},
         {"country", "DE"},
         {"city", "Berlin"}}
    );
    auto const answer = finish(token, code_now(world));
    ASSERT_EQ(answer.status, 200) << answer.body;
    EXPECT_EQ(answer.text("user.role"), "owner") << "the shape of the organization surface";
    EXPECT_EQ(answer.cookies().size(), 1U);
    EXPECT_NE(answer.cookies()[0].find("Max-Age=2592000"), std::string::npos);
    auto const row = world.outside()
                         .query("SELECT surface, remember_me, device_fingerprint, device_id, "
                                "device_name, country, city FROM sessions")
                         .front();
    EXPECT_EQ(row.text(0), "organization");
    EXPECT_TRUE(row.boolean(1));
    EXPECT_EQ(row.text(2), "print");
    EXPECT_EQ(row.text(3), "d1");
    EXPECT_EQ(row.text(4), "Phone");
    EXPECT_EQ(row.text(5), "DE");
    EXPECT_EQ(row.text(6), "Berlin");
    EXPECT_EQ(
        world.text("organization_id FROM login_attempts WHERE method = 'totp'"), ann.organization_id
    );
}

TEST_P(PendingSignInOfAnn, OnTheAccountSurfaceTheAnswerIsThatOfTheAccountSurface)
{
    auto const answer = finish(begun(), code_now(world));
    EXPECT_EQ(answer.member("user.role"), nullptr);
    EXPECT_EQ(answer.cookies().size(), 2U) << "the refresh cookie too";
    EXPECT_EQ(world.text("surface FROM sessions"), "account");
}

TEST_P(PendingSignInOfAnn, TheDeviceIsThatOfTheFirstStep)
{
    auto const first = world.call(login_as(email, ann.password).with_agent("first/1.0"));
    EXPECT_EQ(
        world.call(with_code(first.text("tempToken"), code_now(world)).with_agent("second/1.0"))
            .status,
        200
    );
    auto const second = world.signed_in(world.add_person("bea@example.test"));
    auto const direct = world.call(
        login_as("bea@example.test", ServiceWorld::usual_password()).with_agent("first/1.0")
    );
    EXPECT_EQ(
        world.text("device_fingerprint FROM sessions WHERE user_id = $1", sql::values(ann.id)),
        world.text(
            "device_fingerprint FROM sessions WHERE id = $1", sql::values(direct.text("sessionId"))
        )
    );
}

TEST_P(PendingSignInOfAnn, ASuccessTakesThePasswordsFailuresAwayToo)
{
    for (int time = 0; time < 4; ++time)
        EXPECT_EQ(guess(email).status, 401);
    auto const token = begun();
    EXPECT_EQ(failures("password"), 4) << "half a sign-in clears nothing";
    EXPECT_EQ(finish(token, code_now(world)).status, 200);
    EXPECT_EQ(failures("password"), 0);
    EXPECT_EQ(attempts(email).successful, 1);
}

TEST_P(PendingSignInOfAnn, TheFirstStepHandsOutNothingButTheTempToken)
{
    for (auto const* const path : {account_login, organization_login}) {
        auto const answer = world.call(login_as(email, ann.password, path));
        EXPECT_EQ(answer.status, 202);
        EXPECT_TRUE(answer.cookies().empty());
        for (auto const* const name : {"token", "accessToken", "refreshToken", "user", "sessionId"})
            EXPECT_EQ(answer.member(name), nullptr) << name;
        EXPECT_EQ(status_with(answer.text("tempToken")), 401) << "it is no credential";
    }
    EXPECT_EQ(world.count("sessions"), 0);
}

} // namespace
} // namespace gatehouse::testing
