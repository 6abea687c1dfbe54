// The second step of a sign-in under attack: guessed, replayed, raced.
#include "support/second_factors.h"

namespace gatehouse::testing {
namespace {

constexpr char const* email = "ann@example.test";

class SecondStep : public WithSecondFactor { };
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

// D-61, also where SQL left an empty text instead of nothing.
TEST_P(SecondStep, WithoutASecretTheFactorIsAskedForAndNoCodeIsRight)
{
    for (auto const* const secret : {"NULL", "''", "'  '"}) {
        update(ann, std::string("two_factor_secret = ") + secret);
        world.outside().query("DELETE FROM login_attempts");
        expect_refused(finish(begun(), "000000"));
        expect_refused(finish(begun(), code_now(world)));
        EXPECT_EQ(failures("totp"), 2) << secret;
        auto const by_backup_code = world.call(with_backup_code(begun(), "no such code"));
        expect_refused(by_backup_code);
    }
    EXPECT_EQ(world.call(with_backup_code(begun(), "plain-two")).status, 200);
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

} // namespace
} // namespace gatehouse::testing
