// One address in several organizations: never guessed, never mixed (D-14, D-31, D-100, D-101).
#include "support/world_fixture.h"

namespace gatehouse::testing {
namespace {

constexpr char const* email = "ann@example.test";

class SeveralOrganizations : public InAWorld {
protected:
    Person one = world.add_person(email, "one");
    Person two = world.add_person(email, "two");

    Answer login_at(std::string const& organization, std::string const& password)
    {
        return world.call(post(
            account_login,
            {{"email", email}, {"password", password}, {"organizationId", organization}}
        ));
    }
    void give_password(Person& person, std::string password)
    {
        auto const hash = crypto::hash_password(password, {.cost = 4}, world.random).hash;
        world.outside().query(
            "UPDATE users SET password_hash = $2 WHERE id = $1", sql::values(person.id, hash)
        );
        person.password = std::move(password);
    }
    std::int64_t failures_of(std::optional<std::string> const& organization)
    {
        auto const named = organization ? "organization_id = '" + *organization + "'"
                                        : std::string("organization_id IS NULL");
        return world.count("login_attempts WHERE successful = false AND " + named);
    }
};
INSTANTIATE_ON_BOTH_DATABASES(SeveralOrganizations);

TEST_P(SeveralOrganizations, TheSamePasswordInBothMeansChoosing)
{
    auto const answer = login(one);
    EXPECT_EQ(answer.status, 409);
    EXPECT_EQ(answer.code(), "MULTI_TENANT_SELECT_REQUIRED");
    ASSERT_NE(answer.member("organizations"), nullptr);
    auto const& choices = *answer.member("organizations")->array();
    ASSERT_EQ(choices.size(), 2U);
    EXPECT_EQ(*choices[0].find("id")->text(), "one");
    EXPECT_EQ(*choices[0].find("name")->text(), "Organization one");
    EXPECT_EQ(attempts(email), Attempts());
    EXPECT_TRUE(world.events().empty());
    EXPECT_EQ(login_at("two", two.password).text("user.id"), two.id);
}

TEST_P(SeveralOrganizations, ThePasswordOfOneOpensThatOne)
{
    give_password(two, "Another-Horse-8");
    EXPECT_EQ(login(one).text("user.id"), one.id);
    EXPECT_EQ(login(two).text("user.id"), two.id);
    EXPECT_EQ(login_at("one", two.password).status, 401);
}

TEST_P(SeveralOrganizations, OnlyThoseWhosePasswordWasProvenAreNamed)
{
    auto third = world.add_person(email, "three");
    give_password(third, "Another-Horse-8");
    auto const answer = login(one);
    EXPECT_EQ(answer.status, 409);
    EXPECT_EQ(answer.body.find("three"), std::string::npos);
}

TEST_P(SeveralOrganizations, ASuspendedRowCountsOnlyWhenNothingElseMatches)
{
    update(one, "status = 'suspended'");
    EXPECT_EQ(login(one).text("user.id"), two.id);
    update(two, "status = 'suspended'");
    EXPECT_EQ(login(one).code(), "ACCOUNT_SUSPENDED");
}

// No organization reads another's sign-ins (behaviours §4).
TEST_P(SeveralOrganizations, AFailureWithoutANameBelongsToTheSystemAndWithOneToThatOne)
{
    EXPECT_EQ(guess(email).status, 401);
    EXPECT_EQ(login_at("two", "wrong").status, 401);
    EXPECT_EQ(login_at("nowhere", "wrong").status, 401);
    auto const rows = world.outside().query(
        "SELECT organization_id, user_id FROM audit_ledger WHERE event_type = 'LOGIN_FAILURE' "
        "ORDER BY id"
    );
    ASSERT_EQ(rows.size(), 3U);
    EXPECT_EQ(rows[0].text(0), "system");
    EXPECT_TRUE(rows[0].is_null(1));
    EXPECT_EQ(rows[1].text(0), "two");
    EXPECT_EQ(rows[1].text(1), two.id);
    EXPECT_EQ(rows[2].text(0), "system");
}

// database 3.5: the one named, else the oldest live user with the address.
TEST_P(SeveralOrganizations, AttemptsBelongToTheNamedOneOrElseToTheOldest)
{
    guess(email);
    login_at("two", "wrong");
    auto const rows
        = world.outside().query("SELECT user_id, organization_id FROM login_attempts ORDER BY id");
    ASSERT_EQ(rows.size(), 2U);
    EXPECT_EQ(rows[0].text(0), one.id);
    EXPECT_TRUE(rows[0].is_null(1));
    EXPECT_EQ(rows[1].text(0), two.id);
    EXPECT_EQ(rows[1].text(1), "two");
}

// D-31: whoever can put a stranger's address into an organization of their own must not clear the
// stranger's counter with it.
TEST_P(SeveralOrganizations, ASuccessClearsOnlyTriesThatNamedItsOrganization)
{
    guess(email);
    login_at("one", "wrong");
    login_at("two", "wrong");
    EXPECT_EQ(login_at("two", two.password).status, 200);
    EXPECT_EQ(failures_of("two"), 0);
    EXPECT_EQ(failures_of("one"), 1);
    EXPECT_EQ(failures_of(std::nullopt), 1);
}

TEST_P(SeveralOrganizations, AnAccompliceInAnotherOrganizationReopensNothing)
{
    for (int time = 0; time < 5; ++time) {
        EXPECT_EQ(login_at("one", "wrong").status, 401);
        if (time < 4) {
            EXPECT_EQ(login_at("two", two.password).status, 200);
        }
    }
    EXPECT_EQ(login_at("one", one.password).status, 429);
    EXPECT_EQ(login_at("two", two.password).status, 429) << "one counter for the address";
}

TEST_P(SeveralOrganizations, AResetClearsOnlyTriesThatNamedItsOrganization)
{
    guess(email);
    login_at("one", "wrong");
    world.call(post("/api/v1/auth/forgot-password", {{"email", email}, {"organizationId", "one"}}));
    ASSERT_EQ(reset(world.mails(email).back().tokens.at(0), "Another-Horse-8").status, 200);
    EXPECT_EQ(failures_of("one"), 0);
    EXPECT_EQ(failures_of(std::nullopt), 1);
}

TEST_P(SeveralOrganizations, ForgettingMailsOnceWithALinkForEach)
{
    forgotten_link(email);
    auto const mails = world.mails(email);
    ASSERT_EQ(mails.size(), 1U);
    EXPECT_EQ(
        mails.front().organizations,
        (std::vector<std::string>{"Organization one", "Organization two"})
    );
    ASSERT_EQ(mails.front().tokens.size(), 2U);
    EXPECT_EQ(reset(mails.front().tokens[1], "Another-Horse-8").status, 200);
    EXPECT_EQ(login(one).text("user.id"), one.id) << "the other organization is untouched";
    EXPECT_EQ(login_at("two", "Another-Horse-8").text("user.id"), two.id);
    EXPECT_EQ(reset(mails.front().tokens[0], "A-Third-Horse-9").status, 200) << "its link too";
}

TEST_P(SeveralOrganizations, NamingAnOrganizationNarrowsTheMail)
{
    world.call(post("/api/v1/auth/forgot-password", {{"email", email}, {"organizationId", "two"}}));
    auto const mails = world.mails(email);
    ASSERT_EQ(mails.size(), 1U);
    EXPECT_EQ(mails.front().tokens.size(), 1U);
    EXPECT_EQ(world.text("user_id FROM one_time_tokens"), two.id);
    auto const nowhere = world.call(
        post("/api/v1/auth/forgot-password", {{"email", email}, {"organizationId", "nowhere"}})
    );
    EXPECT_EQ(nowhere.status, 200);
    EXPECT_EQ(world.mails(email).size(), 1U);
}

// D-101
TEST_P(SeveralOrganizations, BeyondEightTheOrganizationMustBeNamed)
{
    for (int more = 3; more <= 9; ++more)
        world.add_person(email, "number-" + std::to_string(more));
    Person ninth{.id = "person-9", .organization_id = "number-9", .email = email, .password = {}};
    give_password(ninth, "Another-Horse-8");

    auto const hashes = world.hashes();
    EXPECT_EQ(login(ninth).status, 401);
    EXPECT_EQ(world.hashes() - hashes, 8U) << "as many hashes as candidates, up to the bound";
    EXPECT_EQ(login_at("number-9", ninth.password).text("user.id"), ninth.id);
    EXPECT_EQ(world.hashes() - hashes, 9U);
    auto const choices = login(one);
    ASSERT_NE(choices.member("organizations"), nullptr);
    EXPECT_EQ(choices.member("organizations")->array()->size(), 8U);
}

} // namespace
} // namespace gatehouse::testing
