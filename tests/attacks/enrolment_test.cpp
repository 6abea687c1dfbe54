// Setting a second factor up and taking it away, with a session in the wrong hands.
#include "support/second_factors.h"

namespace gatehouse::testing {
namespace {

constexpr char const* email = "ann@example.test";

struct Where { // the two surfaces
    char const* base;
    char const* login;
};

class EnrollingASecondFactor : public InAWorld {
protected:
    Person ann;
    std::string token;
    std::string base = "/api/v1/auth/two-factor/";

    void SetUp() override
    {
        ann = world.add_person(email);
        token = world.signed_in(ann).text("token");
    }
    Answer ask(std::string const& what, json::Object body)
    {
        return world.call(post(base + what, std::move(body)).as(token));
    }
    Answer enable() { return ask("enable", {{"password", ann.password}}); }
    static std::string secret_in(Answer const& answer)
    {
        auto const uri = answer.text("totpURI");
        auto const from = uri.find("secret=") + 7;
        return uri.substr(from, uri.find('&', from) - from);
    }
    static std::vector<std::string> codes_in(Answer const& answer)
    {
        std::vector<std::string> codes;
        if (auto const* const list = answer.member("backupCodes"))
            for (auto const& code : *list->array())
                codes.push_back(*code.text());
        return codes;
    }
    Answer verify(std::string const& secret, int step = 0)
    {
        return ask("verify-totp", {{"code", code_now(world, step, secret)}});
    }
    bool is_on() { return world.count("users WHERE two_factor_enabled = true") == 1; }
    bool has_2fa()
    {
        auto const mine = world.call(get("/api/v1/me/data").as(token));
        auto const* const member = mine.member("auth.has2FA");
        return member && *member->boolean();
    }
    std::vector<std::string> codes_stored()
    {
        auto const row = world.outside().query("SELECT backup_codes FROM users").front();
        return row.optional_texts(0).value_or(std::vector<std::string>());
    }
};
INSTANTIATE_ON_BOTH_DATABASES(EnrollingASecondFactor);

TEST_P(EnrollingASecondFactor, TheWholeStoryOnBothSurfaces)
{
    for (auto const& [where, door] :
         {Where{"/api/v1/auth/two-factor/", account_login},
          Where{"/api/me/two-factor/", organization_login}}) {
        base = where;
        auto const begun = enable();
        ASSERT_EQ(begun.status, 200) << begun.body;
        auto const secret = secret_in(begun);
        EXPECT_EQ(secret.size(), 32U);
        EXPECT_EQ(codes_in(begun).size(), 10U);
        EXPECT_NE(begun.text("qrSvg").find("<svg "), std::string::npos);
        EXPECT_FALSE(has_2fa());
        EXPECT_EQ(login(ann, door).status, 200) << "it does not count before the first right code";
        EXPECT_EQ(verify(secret).status, 200);
        EXPECT_TRUE(has_2fa());
        EXPECT_EQ(status_with(token), 200) << "sessions stay";
        EXPECT_EQ(
            world.call(with_code(temp_token(world, ann, door), code_now(world, 0, secret))).status,
            401
        ) << "the code that switched it on is used";
        EXPECT_EQ(
            world.call(with_code(temp_token(world, ann, door), code_now(world, 1, secret))).status,
            200
        );
        EXPECT_EQ(
            world.call(with_backup_code(temp_token(world, ann, door), codes_in(begun)[3])).status,
            200
        );
        EXPECT_EQ(ask("disable", {{"password", ann.password}}).status, 200);
        EXPECT_FALSE(has_2fa());
        EXPECT_EQ(login(ann, door).status, 200);
        world.clock.move_by(2min);
    }
    EXPECT_EQ(ledger_rows("TWO_FACTOR_ENABLED"), 2);
    EXPECT_EQ(ledger_rows("TWO_FACTOR_DISABLED"), 2);
}

TEST_P(EnrollingASecondFactor, AllOfItNeedsASession)
{
    for (auto const* const what :
         {"enable", "verify-totp", "verify-backup-code", "generate-backup-codes", "disable"})
        for (auto const* const where : {"/api/v1/auth/two-factor/", "/api/me/two-factor/"})
            EXPECT_EQ(
                world.call(post(std::string(where) + what, {{"password", ann.password}})).status,
                401
            );
}

TEST_P(EnrollingASecondFactor, NothingChangesWithoutThePassword)
{
    auto const begun = enable();
    EXPECT_EQ(verify(secret_in(begun)).status, 200);
    auto const before = world.text("two_factor_secret FROM users");
    auto const codes = codes_stored();
    for (auto const* const what : {"enable", "generate-backup-codes", "disable"}) {
        auto const wrong = ask(what, {{"password", "not it"}});
        EXPECT_EQ(wrong.status, 401) << what;
        EXPECT_EQ(wrong.code(), "INVALID_CREDENTIALS");
        EXPECT_EQ(ask(what, {}).status, 400);
        EXPECT_EQ(ask(what, {{"password", ""}}).status, 400);
    }
    EXPECT_TRUE(is_on());
    EXPECT_EQ(world.text("two_factor_secret FROM users"), before);
    EXPECT_EQ(codes_stored(), codes);
    EXPECT_EQ(attempts(email).failed, 3) << "counted with those of signing in";
    EXPECT_EQ(ledger_rows("LOGIN_FAILURE"), 3);
}

// A stolen session is no place to guess the password at.
TEST_P(EnrollingASecondFactor, GuessingThePasswordClosesTheAddressForSigningInToo)
{
    for (int time = 0; time < 5; ++time)
        EXPECT_EQ(ask("enable", {{"password", "not it"}}).status, 401);
    auto const closed = enable();
    EXPECT_EQ(closed.status, 429) << closed.body;
    EXPECT_EQ(closed.code(), "ACCOUNT_LOCKED");
    EXPECT_EQ(login(ann).status, 429);
    EXPECT_EQ(attempts(email), (Attempts{.failed = 7, .throttled = 2, .successful = 1}));
    auto const before = world.hashes();
    EXPECT_EQ(enable().status, 429);
    EXPECT_EQ(world.hashes(), before) << "refused unhashed";
    base = "/api/me/two-factor/";
    for (int time = 0; time < 3; ++time)
        enable();
    EXPECT_EQ(enable().status, 423) << "and as the organization surface says it";
    world.clock.move_by(30min);
    EXPECT_EQ(enable().status, 200);
}

TEST_P(EnrollingASecondFactor, ManyGuessesOfThePasswordAtOnceGetAtMostFiveVerdicts)
{
    auto const call = post(base + "disable", {{"password", "not it"}}).as(token);
    auto statuses = statuses_of(world.in_parallel(call, 12));
    EXPECT_EQ(statuses, (std::map<int, int>{{401, 5}, {429, 7}}));
}

TEST_P(EnrollingASecondFactor, ARightPasswordClearsNobodysFailures)
{
    for (int time = 0; time < 4; ++time)
        EXPECT_EQ(guess(email).status, 401);
    EXPECT_EQ(enable().status, 200);
    EXPECT_EQ(attempts(email).failed, 4);
}

TEST_P(EnrollingASecondFactor, AnotherEnrolmentReplacesTheOneThatWaits)
{
    auto const first = enable();
    auto const second = enable();
    EXPECT_NE(secret_in(first), secret_in(second));
    EXPECT_EQ(verify(secret_in(first)).status, 401);
    EXPECT_FALSE(is_on());
    EXPECT_EQ(verify(secret_in(second)).status, 200);
    EXPECT_TRUE(is_on());
    auto const third = enable();
    EXPECT_EQ(third.status, 400) << "one that is on must be taken away first";
    EXPECT_EQ(third.member("totpURI"), nullptr);
}

TEST_P(EnrollingASecondFactor, BackupCodesOfAnEnrolmentThatWaitsOpenNothing)
{
    auto const begun = enable();
    EXPECT_EQ(ask("verify-backup-code", {{"code", codes_in(begun)[0]}}).status, 400);
    EXPECT_FALSE(is_on());
    EXPECT_EQ(ask("generate-backup-codes", {{"password", ann.password}}).status, 400);
    EXPECT_EQ(codes_stored().size(), 10U);
}

TEST_P(EnrollingASecondFactor, WithoutAnEnrolmentThereIsNothingToVerifyOrToTakeAway)
{
    EXPECT_EQ(ask("verify-totp", {{"code", "123456"}}).status, 400);
    EXPECT_EQ(ask("verify-backup-code", {{"backupCode", "x"}}).status, 400);
    EXPECT_EQ(ask("disable", {{"password", ann.password}}).status, 400);
    EXPECT_EQ(ledger_rows("TWO_FACTOR_DISABLED"), 0);
    EXPECT_EQ(world.count("login_attempts WHERE method <> 'password'"), 0);
}

TEST_P(EnrollingASecondFactor, CodesGuessedWithinASessionCountLikeThoseAtASignIn)
{
    auto const secret = secret_in(enable());
    for (int time = 0; time < 5; ++time)
        EXPECT_EQ(ask("verify-totp", {{"code", wrong_code(world)}}).status, 401);
    EXPECT_EQ(verify(secret).status, 429);
    EXPECT_FALSE(is_on());
    EXPECT_EQ(ledger_rows("LOGIN_FAILURE"), 5);
    EXPECT_EQ(
        world.count("audit_ledger WHERE event_type = 'LOGIN_FAILURE' AND session_id IS NOT NULL"), 5
    );
}

TEST_P(EnrollingASecondFactor, ACodeUsedWithinASessionIsUsedEverywhere)
{
    auto const begun = enable();
    auto const secret = secret_in(begun);
    EXPECT_EQ(verify(secret).status, 200);
    EXPECT_EQ(verify(secret).status, 401) << "the same code again";
    EXPECT_EQ(verify(secret, 1).status, 200);
    auto const pending = temp_token(world, ann);
    EXPECT_EQ(world.call(with_code(pending, code_now(world, 1, secret))).status, 401);
    EXPECT_EQ(ask("verify-backup-code", {{"code", codes_in(begun)[0]}}).status, 200);
    EXPECT_EQ(ask("verify-backup-code", {{"backupCode", codes_in(begun)[0]}}).status, 401);
    EXPECT_EQ(world.call(with_backup_code(pending, codes_in(begun)[0])).status, 401);
}

TEST_P(EnrollingASecondFactor, NewBackupCodesReplaceAllOldOnes)
{
    auto const begun = enable();
    verify(secret_in(begun));
    auto const fresh = ask("generate-backup-codes", {{"password", ann.password}});
    ASSERT_EQ(fresh.status, 200) << fresh.body;
    EXPECT_EQ(codes_in(fresh).size(), 10U);
    EXPECT_EQ(codes_stored().size(), 10U);
    for (auto const& code : codes_stored())
        EXPECT_EQ(code.rfind("h1:", 0), 0U);
    EXPECT_EQ(world.call(with_backup_code(temp_token(world, ann), codes_in(begun)[0])).status, 401);
    EXPECT_EQ(world.call(with_backup_code(temp_token(world, ann), codes_in(fresh)[9])).status, 200);
}

TEST_P(EnrollingASecondFactor, EveryChangeVoidsTheSignInsThatWait)
{
    auto const begun = enable();
    auto const secret = secret_in(begun);
    update(ann, "two_factor_enabled = true");
    auto const before_enabling = temp_token(world, ann);
    update(ann, "two_factor_enabled = false");
    EXPECT_EQ(verify(secret).status, 200);
    EXPECT_EQ(world.call(with_code(before_enabling, code_now(world, 1, secret))).status, 401);
    auto const before_regenerating = temp_token(world, ann);
    auto const fresh = ask("generate-backup-codes", {{"password", ann.password}});
    EXPECT_EQ(world.call(with_backup_code(before_regenerating, codes_in(fresh)[0])).status, 401);
    auto const before_disabling = temp_token(world, ann);
    EXPECT_EQ(ask("disable", {{"password", ann.password}}).status, 200);
    EXPECT_EQ(world.call(with_code(before_disabling, code_now(world, 1, secret))).status, 401);
    EXPECT_EQ(world.count("one_time_tokens WHERE used_at IS NULL"), 0);
    EXPECT_EQ(world.text("two_factor_secret FROM users"), "");
    EXPECT_EQ(world.text("CAST(backup_codes AS text) FROM users"), "");
}

TEST_P(EnrollingASecondFactor, OneOfManyFirstCodesAtOnceSwitchesItOn)
{
    world.settings.rate_limit = false;
    auto const secret = secret_in(enable());
    auto const call = post(base + "verify-totp", {{"code", code_now(world, 0, secret)}}).as(token);
    EXPECT_EQ(statuses_of(world.in_parallel(call, 20)), (std::map<int, int>{{200, 1}, {401, 19}}));
    EXPECT_EQ(ledger_rows("TWO_FACTOR_ENABLED"), 1);
}

TEST_P(EnrollingASecondFactor, NothingSecretIsStoredOrShownAgain)
{
    auto const begun = enable();
    auto const secret = secret_in(begun);
    auto everything = verify(secret).body;
    everything += ask("verify-backup-code", {{"code", codes_in(begun)[0]}}).body;
    everything += world.call(get("/api/v1/me/data").as(token)).body;
    everything += world.call(with_code(temp_token(world, ann), code_now(world, 1, secret))).body;
    for (auto const* const table : {"users", "audit_ledger", "one_time_tokens", "login_attempts"})
        for (auto const row : world.outside().query(std::string("SELECT * FROM ") + table))
            for (std::size_t column = 0; column < row.width(); ++column) {
                if (auto const* const text = std::get_if<std::string>(&row.at(column)))
                    everything += *text + "\n";
                if (auto const* const list = std::get_if<sql::TextList>(&row.at(column)))
                    for (auto const& text : list->texts())
                        everything += text + "\n";
            }
    EXPECT_EQ(everything.find(secret), std::string::npos);
    for (auto const& code : codes_in(begun)) {
        EXPECT_EQ(everything.find(code), std::string::npos);
        EXPECT_EQ(everything.find(code.substr(0, 5) + code.substr(6)), std::string::npos);
    }
}

} // namespace
} // namespace gatehouse::testing
