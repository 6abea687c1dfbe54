// The second step of a sign-in under attack: guessed, replayed, raced, kept past its time.
#include "support/second_factors.h"

#include <algorithm>

namespace gatehouse::testing {
namespace {

constexpr char const* email = "ann@example.test";

class SecondStep : public InAWorld {
protected:
    Person ann;

    void SetUp() override
    {
        ann = world.add_person(email);
        give_factor(world, ann);
    }
    std::string begun(char const* path = account_login) { return temp_token(world, ann, path); }
    Answer finish(std::string const& token, std::string const& code)
    {
        return world.call(with_code(token, code));
    }
    std::int64_t failures(char const* method, char const* throttled = "false")
    {
        return world.count(
            std::string("login_attempts WHERE successful = false AND method = $1 AND throttled = ")
                + throttled,
            sql::values(method)
        );
    }
    static void expect_refused(Answer const& answer)
    {
        EXPECT_EQ(answer.status, 401) << answer.body;
        EXPECT_EQ(answer.code(), "TWO_FACTOR_FAILED");
        EXPECT_TRUE(answer.cookies().empty());
    }
    std::vector<Call> fifty(std::string const& code, bool is_backup_code)
    {
        std::vector<Call> calls;
        for (int at = 0; at < 50; ++at) {
            auto const token = begun();
            calls.push_back(
                is_backup_code ? with_backup_code(token, code) : with_code(token, code)
            );
        }
        return calls;
    }
};
INSTANTIATE_ON_BOTH_DATABASES(SecondStep);

TEST_P(SecondStep, TheRightCodeOpensASessionThatSaysHow)
{
    auto const answer = finish(begun(), code_now(world));
    ASSERT_EQ(answer.status, 200) << answer.body;
    EXPECT_EQ(status_with(answer.text("token")), 200);
    EXPECT_EQ(answer.text("user.organizationId"), ann.organization_id);
    EXPECT_EQ(
        world.outside().query("SELECT auth_methods FROM sessions").front().texts(0),
        (std::vector<std::string>{"password", "totp"})
    );
    EXPECT_EQ(
        world.events(),
        (std::vector<std::string>{"TWO_FACTOR_REQUIRED 202 success", "LOGIN_SUCCESS 200 success"})
    );
    EXPECT_EQ(
        world.text("session_id FROM audit_ledger WHERE event_type = 'LOGIN_SUCCESS'"),
        answer.text("sessionId")
    );
}

TEST_P(SecondStep, OneTempTokenIsGoodForExactlyOneOfFiftyAtOnce)
{
    auto const answers = world.in_parallel(with_code(begun(), code_now(world)), 50);
    EXPECT_EQ(statuses_of(answers), (std::map<int, int>{{200, 1}, {401, 49}}));
    EXPECT_EQ(world.count("sessions"), 1);
    EXPECT_EQ(ledger_rows("LOGIN_SUCCESS"), 1);
    EXPECT_EQ(failures("totp"), 0) << "a spent tempToken is no guess";
}

TEST_P(SecondStep, OneStepIsGoodForExactlyOneOfFiftyAtOnce)
{
    world.settings.rate_limit = false;
    auto const answers = world.in_parallel(fifty(code_now(world), false));
    EXPECT_EQ(statuses_of(answers), (std::map<int, int>{{200, 1}, {401, 49}}));
    EXPECT_EQ(world.count("sessions"), 1);
    EXPECT_EQ(ledger_rows("LOGIN_FAILURE"), 49);
}

TEST_P(SecondStep, OneBackupCodeIsGoodForExactlyOneOfFiftyAtOnce)
{
    world.settings.rate_limit = false;
    auto const answers = world.in_parallel(fifty("plain-one", true));
    EXPECT_EQ(statuses_of(answers), (std::map<int, int>{{200, 1}, {401, 49}}));
    EXPECT_EQ(world.count("sessions"), 1);
    EXPECT_EQ(world.outside().query("SELECT backup_codes FROM users").front().texts(0).size(), 1U);
}

TEST_P(SecondStep, ManyGuessesAtOnceGetAtMostFiveVerdicts)
{
    std::vector<Call> calls;
    for (int at = 0; at < 20; ++at)
        calls.push_back(with_code(begun(), wrong_code(world)));
    auto const answers = world.in_parallel(calls);
    EXPECT_EQ(statuses_of(answers), (std::map<int, int>{{401, 5}, {429, 15}}));
    EXPECT_EQ(failures("totp"), 5);
    EXPECT_EQ(failures("totp", "true"), 15);
    EXPECT_EQ(ledger_rows("LOGIN_FAILURE"), 5);
    EXPECT_EQ(ledger_rows("ACCOUNT_LOCKED"), 15);
    EXPECT_EQ(finish(begun(), code_now(world)).status, 429) << "the right one is not heard either";
}

TEST_P(SecondStep, AStepIsNeverAcceptedAgainNorOneBeforeIt)
{
    EXPECT_EQ(finish(begun(), code_now(world)).status, 200);
    expect_refused(finish(begun(), code_now(world)));
    expect_refused(finish(begun(), code_now(world, -1)));
    EXPECT_EQ(finish(begun(), code_now(world, 1)).status, 200) << "the next one is new";
}

TEST_P(SecondStep, ClocksMayDifferByOneStepAndNoMore)
{
    for (auto const step : {-2, 2})
        expect_refused(finish(begun(), code_now(world, step)));
    for (auto const step : {-1, 1})
        EXPECT_EQ(finish(begun(), code_now(world, step)).status, 200) << step;
}

TEST_P(SecondStep, ThePlainSecretIsSealedAtItsFirstUse)
{
    expect_refused(finish(begun(), wrong_code(world)));
    EXPECT_EQ(finish(begun(), code_now(world)).status, 200);
    auto const stored = world.text("two_factor_secret FROM users");
    EXPECT_EQ(stored.rfind("k1:", 0), 0U);
    EXPECT_EQ(stored.find(factor_secret), std::string::npos);
    world.clock.move_by(30s);
    EXPECT_EQ(finish(begun(), code_now(world)).status, 200) << "and it still works";
    EXPECT_EQ(world.text("two_factor_secret FROM users"), stored) << "sealed once";
}

TEST_P(SecondStep, ASealedSecretWorksInNobodyElsesRow)
{
    EXPECT_EQ(finish(begun(), code_now(world)).status, 200);
    auto const bea = world.add_person("bea@example.test");
    world.outside().query(
        "UPDATE users SET two_factor_enabled = true, two_factor_secret = "
        "(SELECT two_factor_secret FROM users WHERE id = $2) WHERE id = $1",
        sql::values(bea.id, ann.id)
    );
    auto const answer = world.call(with_code(temp_token(world, bea), code_now(world, 1)));
    EXPECT_EQ(answer.status, 503) << answer.body;
}

TEST_P(SecondStep, PlainBackupCodesAreDigestedAtTheirFirstUse)
{
    EXPECT_EQ(world.call(with_backup_code(begun(), " PLAIN ONE")).status, 200);
    auto const left = world.outside().query("SELECT backup_codes FROM users").front().texts(0);
    ASSERT_EQ(left.size(), 1U);
    EXPECT_EQ(left[0].rfind("h1:", 0), 0U);
    expect_refused(world.call(with_backup_code(begun(), "plain-one")));
    expect_refused(world.call(with_backup_code(begun(), left[0])));
    EXPECT_EQ(world.call(with_backup_code(begun(), "plaintwo")).status, 200);
    expect_refused(world.call(with_backup_code(begun(), "plaintwo")));
}

TEST_P(SecondStep, EachFactorCountsForItselfAndNeitherForThePassword)
{
    for (int time = 0; time < 5; ++time)
        expect_refused(finish(begun(), wrong_code(world)));
    auto const closed = finish(begun(), code_now(world));
    EXPECT_EQ(closed.status, 429);
    EXPECT_EQ(closed.code(), "ACCOUNT_LOCKED");
    EXPECT_EQ(closed.number("remainingSeconds"), 1800);
    EXPECT_EQ(failures("password"), 0);
    EXPECT_EQ(world.call(with_backup_code(begun(), "plain-one")).status, 200);
    EXPECT_EQ(finish(begun(), code_now(world)).status, 429)
        << "another factor's success clears nothing";
    world.clock.move_by(30min);
    EXPECT_EQ(finish(begun(), code_now(world)).status, 200);
    EXPECT_EQ(failures("totp"), 0) << "its own success does";
    EXPECT_EQ(failures("totp", "true"), 0);
}

TEST_P(SecondStep, TheOrganizationSurfaceSaysItsOwnWordsAndNever423)
{
    for (int time = 0; time < 5; ++time)
        expect_refused(finish(begun(organization_login), wrong_code(world)));
    for (int time = 0; time < 8; ++time) {
        auto const closed = finish(begun(organization_login), code_now(world));
        EXPECT_EQ(closed.status, 429);
        EXPECT_EQ(closed.text("error"), "Too many failed login attempts");
    }
}

TEST_P(SecondStep, OneTempTokenTakesFiveWrongCodesOfAnyKind)
{
    auto const token = begun();
    for (int time = 0; time < 3; ++time)
        expect_refused(finish(token, wrong_code(world)));
    for (int time = 0; time < 2; ++time)
        expect_refused(world.call(with_backup_code(token, "not-a-code")));
    auto const worn = finish(token, code_now(world));
    EXPECT_EQ(worn.status, 429) << worn.body;
    EXPECT_EQ(worn.code(), "RATE_LIMITED");
    EXPECT_EQ(worn.number("retryAfterSec"), 300);
    EXPECT_EQ(finish(begun(), code_now(world)).status, 200) << "a new sign-in is heard";
}

TEST_P(SecondStep, OnePersonsFailuresNeverDelayAnotherOfTheSameAddress)
{
    auto const elsewhere = world.add_person(email);
    give_factor(world, elsewhere);
    auto const in = [&](Person const& person) {
        return temp_token(
            world, person, account_login, {{"organizationId", person.organization_id}}
        );
    };
    for (int time = 0; time < 5; ++time)
        expect_refused(finish(in(ann), wrong_code(world)));
    EXPECT_EQ(finish(in(ann), code_now(world)).status, 429);
    EXPECT_EQ(finish(in(elsewhere), code_now(world)).status, 200);
    EXPECT_EQ(finish(in(ann), code_now(world)).status, 429)
        << "nor does the other’s success open it";
}

TEST_P(SecondStep, ATempTokenLivesFiveMinutes)
{
    auto const token = begun();
    world.clock.move_by(5min - 1ms);
    expect_refused(finish(token, wrong_code(world)));
    world.clock.move_by(1ms);
    expect_refused(finish(token, code_now(world)));
    EXPECT_EQ(failures("totp"), 1) << "with a dead tempToken nothing was guessed";
}

TEST_P(SecondStep, UnknownUsedAndForeignTokensAreTheSameAnswerAsAWrongCode)
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

TEST_P(SecondStep, WithoutATempTokenNobodyIsAsked)
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

TEST_P(SecondStep, WhatIsMalformedIsNotCounted)
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

TEST_P(SecondStep, SwitchedOnWithoutASecretEveryCodeIsWrong)
{
    update(ann, "two_factor_secret = NULL, backup_codes = NULL");
    expect_refused(finish(begun(), code_now(world)));
    expect_refused(finish(begun(), "000000"));
    expect_refused(world.call(with_backup_code(begun(), "plain-one")));
    EXPECT_EQ(failures("totp"), 2);
}

TEST_P(SecondStep, ThePersonIsJudgedAgainAtTheEnd)
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

TEST_P(SecondStep, ADeletedPersonsTokenIsNone)
{
    auto const token = begun();
    update(ann, "deleted_at = created_at");
    expect_refused(finish(token, code_now(world)));
}

TEST_P(SecondStep, WhatEndsSessionsEndsSignInsThatWait)
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

TEST_P(SecondStep, WhatTheFirstStepAskedForIsWhatTheSecondGives)
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

TEST_P(SecondStep, OnTheAccountSurfaceTheAnswerIsThatOfTheAccountSurface)
{
    auto const answer = finish(begun(), code_now(world));
    EXPECT_EQ(answer.member("user.role"), nullptr);
    EXPECT_EQ(answer.cookies().size(), 2U) << "the refresh cookie too";
    EXPECT_EQ(world.text("surface FROM sessions"), "account");
}

TEST_P(SecondStep, TheDeviceIsThatOfTheFirstStep)
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

TEST_P(SecondStep, ASuccessTakesThePasswordsFailuresAwayToo)
{
    for (int time = 0; time < 4; ++time)
        EXPECT_EQ(guess(email).status, 401);
    auto const token = begun();
    EXPECT_EQ(failures("password"), 4) << "half a sign-in clears nothing";
    EXPECT_EQ(finish(token, code_now(world)).status, 200);
    EXPECT_EQ(failures("password"), 0);
    EXPECT_EQ(attempts(email).successful, 1);
}

TEST_P(SecondStep, TheFirstStepHandsOutNothingButTheTempToken)
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
