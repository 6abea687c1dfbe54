// Second factors in the person's row: each step and each code is used up by the write itself, once.
#include "domain/attempts.h"
#include "domain/directory.h"
#include "domain/one_time_tokens.h"
#include "domain/second_factors.h"
#include "support/store_fixture.h"

namespace gatehouse::testing {
namespace {

using domain::Attempt;
using domain::AttemptMethod;
using domain::CanonicalAddress;
using domain::FailureWindow;
using domain::OneTimeToken;
using domain::OneTimeTokenId;
using domain::OrganizationId;
using domain::SecondFactor;
using domain::TokenDigest;
using domain::TokenPurpose;
using domain::UnitOfWork;
using domain::UserId;
using Codes = std::vector<std::string>;

class SecondFactorsStore : public OnStores {
protected:
    OrganizationId const here{"o"};
    UserId const ann{"ann"};

    void SetUp() override
    {
        OnStores::SetUp();
        add_people();
    }
    void set(std::string const& assignment)
    {
        outside().run("UPDATE users SET " + assignment + " WHERE id = 'ann'");
    }
    std::optional<SecondFactor> stored(std::string const& user = "ann")
    {
        return in_unit([&](UnitOfWork& work) -> Async<std::optional<SecondFactor>> {
            UserId const who(user);
            co_return co_await work.second_factors().find(here, who);
        });
    }
    bool claim(std::int64_t step, std::string const& secret = "old", std::string const& at = "o")
    {
        return in_unit([&](UnitOfWork& work) -> Async<bool> {
            OrganizationId const where(at);
            co_return co_await work.second_factors().claim_step(where, ann, secret, "k1:new", step);
        });
    }
    bool replace(std::optional<std::string> column, Codes codes)
    {
        return in_unit([&](UnitOfWork& work) -> Async<bool> {
            co_return co_await work.second_factors().replace_backup_codes(here, ann, column, codes);
        });
    }
    bool enrol(Codes codes = {"h1:a", "h1:b"})
    {
        return in_unit([&](UnitOfWork& work) -> Async<bool> {
            co_return co_await work.second_factors().enrol(here, ann, "k1:x", codes, now);
        });
    }
    bool activate()
    {
        return in_unit([&](UnitOfWork& work) -> Async<bool> {
            co_return co_await work.second_factors().activate(here, ann, now + 1s);
        });
    }
};
INSTANTIATE_ON_BOTH_DATABASES(SecondFactorsStore);

TEST_P(SecondFactorsStore, NobodyHasOneAtFirst)
{
    auto const factor = stored();
    ASSERT_TRUE(factor);
    EXPECT_FALSE(factor->enabled);
    EXPECT_EQ(factor->secret, std::nullopt);
    EXPECT_EQ(factor->last_step, std::nullopt);
    EXPECT_TRUE(factor->backup_codes.empty());
    EXPECT_EQ(factor->backup_column, std::nullopt);
    EXPECT_FALSE(stored("nobody"));
    set("deleted_at = created_at");
    EXPECT_FALSE(stored());
}

TEST_P(SecondFactorsStore, AStepIsClaimedOnceAndNoneBeforeIt)
{
    set("two_factor_secret = 'old'");
    EXPECT_FALSE(claim(7, "another")) << "the secret was replaced meanwhile";
    EXPECT_FALSE(claim(7, "old", "elsewhere"));
    EXPECT_TRUE(claim(7));
    EXPECT_EQ(stored()->secret, "k1:new") << "sealed by the same write";
    EXPECT_EQ(stored()->last_step, 7);
    EXPECT_FALSE(claim(7, "k1:new"));
    EXPECT_FALSE(claim(6, "k1:new"));
    EXPECT_TRUE(claim(8, "k1:new"));
    EXPECT_TRUE(claim(60'000'000'000, "k1:new")) << "more than 32 bits";
    set("deleted_at = created_at");
    EXPECT_FALSE(claim(60'000'000'001, "k1:new"));
}

TEST_P(SecondFactorsStore, BackupCodesAreReplacedOnlyAsTheyWereRead)
{
    auto const list = [&](char const* postgres, char const* sqlite) {
        set(std::string("backup_codes = ")
            + (GetParam() == sql::Dialect::postgres ? postgres : sqlite));
    };
    // As somebody else writes it: with blanks that we would not write.
    list("ARRAY['one', 'two words', 'h1:x']", "'[ \"one\" , \"two words\",\"h1:x\" ]'");
    auto const read = stored();
    EXPECT_EQ(read->backup_codes, (Codes{"one", "two words", "h1:x"}));
    EXPECT_FALSE(replace(std::nullopt, {"h1:y"}));
    EXPECT_FALSE(replace("something else", {"h1:y"}));
    EXPECT_TRUE(replace(read->backup_column, {"h1:x"}));
    EXPECT_FALSE(replace(read->backup_column, {})) << "one of two at once";
    EXPECT_EQ(stored()->backup_codes, Codes{"h1:x"});
    EXPECT_TRUE(replace(stored()->backup_column, {}));
    EXPECT_TRUE(stored()->backup_codes.empty());
    EXPECT_TRUE(replace(stored()->backup_column, {"h1:z"})) << "an empty list is not none";
    set("backup_codes = NULL");
    EXPECT_TRUE(replace(std::nullopt, {"h1:z"}));
}

TEST_P(SecondFactorsStore, AnEnrolmentWaitsUntilItIsSwitchedOn)
{
    set("two_factor_last_step = 5");
    EXPECT_TRUE(enrol());
    EXPECT_TRUE(enrol({"h1:c"})) << "begun anew";
    auto const waiting = stored();
    EXPECT_FALSE(waiting->enabled);
    EXPECT_EQ(waiting->secret, "k1:x");
    EXPECT_EQ(waiting->last_step, std::nullopt);
    EXPECT_EQ(waiting->backup_codes, Codes{"h1:c"});
    EXPECT_TRUE(activate());
    EXPECT_TRUE(stored()->enabled);
    EXPECT_FALSE(activate()) << "twice";
    EXPECT_FALSE(enrol()) << "over one that is on";
    EXPECT_EQ(stored()->backup_codes, Codes{"h1:c"});
}

TEST_P(SecondFactorsStore, OneThatIsTakenAwayLeavesNothing)
{
    enrol();
    activate();
    EXPECT_TRUE(claim(7, "k1:x"));
    in_unit([&](UnitOfWork& work) -> Async<void> {
        co_await work.second_factors().remove(here, ann, now);
    });
    auto const factor = stored();
    EXPECT_FALSE(factor->enabled);
    EXPECT_EQ(factor->secret, std::nullopt);
    EXPECT_EQ(factor->last_step, std::nullopt);
    EXPECT_EQ(factor->backup_column, std::nullopt);
}

TEST_P(SecondFactorsStore, FailuresArePerPersonAndFactor)
{
    auto const record = [&](char const* user, AttemptMethod method, bool successful = false) {
        in_unit([&](UnitOfWork& work) -> Async<void> {
            Attempt row{.address = CanonicalAddress("shared@example.test")};
            row.user_id = UserId(user);
            row.method = method;
            row.successful = successful;
            row.attempted_at = now;
            co_await work.attempts().record(row);
        });
    };
    auto const window = [&](char const* user, AttemptMethod method) {
        return in_unit([&](UnitOfWork& work) -> Async<FailureWindow> {
            UserId const who(user);
            co_return co_await work.attempts().failures_of(who, method, now);
        });
    };
    for (int time = 0; time < 5; ++time)
        record("ann", AttemptMethod::totp);
    record("ann", AttemptMethod::totp, true);
    record("ann", AttemptMethod::backup_code);
    record("ann", AttemptMethod::password);
    EXPECT_EQ(window("ann", AttemptMethod::totp).fifth_newest, now);
    EXPECT_EQ(window("ann", AttemptMethod::totp).since_fifth, 5);
    EXPECT_EQ(window("ann", AttemptMethod::backup_code).newest, now);
    EXPECT_EQ(window("ann", AttemptMethod::backup_code).fifth_newest, std::nullopt);
    EXPECT_EQ(window("bea", AttemptMethod::totp).newest, std::nullopt);
    in_unit([&](UnitOfWork& work) -> Async<void> {
        co_await work.attempts().clear_of(ann, AttemptMethod::totp);
    });
    EXPECT_EQ(window("ann", AttemptMethod::totp).newest, std::nullopt);
    EXPECT_EQ(count("login_attempts WHERE successful = false"), 2);
    EXPECT_EQ(count("login_attempts WHERE successful = true"), 1);
}

TEST_P(SecondFactorsStore, ATempTokenCountsItsTriesAndKeepsWhatItWasFor)
{
    OneTimeToken token;
    token.id = OneTimeTokenId("one");
    token.organization_id = here;
    token.user_id = ann;
    token.purpose = TokenPurpose::second_factor;
    token.digest = TokenDigest("digest");
    token.payload = R"({"surface":"account"})";
    token.created_at = now;
    token.expires_at = now + 5min;
    in_unit([&](UnitOfWork& work) -> Async<void> {
        co_await work.one_time_tokens().insert(token);
        co_await work.one_time_tokens().count_attempt(here, token.id);
        co_await work.one_time_tokens().count_attempt(here, token.id);
        OrganizationId const elsewhere("elsewhere");
        co_await work.one_time_tokens().count_attempt(elsewhere, token.id);
    });
    auto const back = in_unit([&](UnitOfWork& work) -> Async<std::optional<OneTimeToken>> {
        co_return co_await work.directory().one_time_token(token.digest);
    });
    ASSERT_TRUE(back);
    EXPECT_EQ(back->attempts, 2);
    EXPECT_NE(back->payload->find("surface"), std::string::npos);
}

} // namespace
} // namespace gatehouse::testing
