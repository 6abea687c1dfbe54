// What goes with what, and the view that is written through (spec/database 3.12, 4).
#include "stores/schema_fixture.h"

namespace gatehouse::testing {
namespace {

using sql::StorageError;
using Violation = StorageError::Violation;

class Cascades : public SchemaFixture { };
INSTANTIATE_ON_BOTH_DATABASES(Cascades);

constexpr char const* of_the_user[]
    = {"sessions",
       "refresh_tokens",
       "login_attempts",
       "reset_requests",
       "one_time_tokens",
       "encryption_vaults",
       "step_up_challenges"};

TEST_P(Cascades, DeletingAUserTakesEverythingOfTheirs) // M-14
{
    give_everything_to_the_user();
    outside().run("DELETE FROM users WHERE id = 'u'");
    for (auto const* const table : of_the_user)
        EXPECT_EQ(count(table), 0) << table;
    EXPECT_EQ(count("organizations"), 2);
    EXPECT_TRUE(
        outside().query("SELECT owner_id FROM organizations WHERE id = 'o'").front().is_null(0)
    );
}

TEST_P(Cascades, DeletingASessionTakesItsTokensAndChallenges)
{
    give_everything_to_the_user();
    outside().run("DELETE FROM sessions");
    EXPECT_EQ(count("refresh_tokens"), 0);
    EXPECT_EQ(count("step_up_challenges"), 0);
    EXPECT_EQ(count("encryption_vaults"), 1);
}

TEST_P(Cascades, DeletingAnOrganizationTakesItsRowsAndNoOthers) // TC-DB-009
{
    give_everything_to_the_user();
    outside().run("INSERT INTO outbox (organization_id, topic, recipient) VALUES ('o', 'mail', "
                  "'x'), ('p', 'mail', 'x');"
                  "DELETE FROM organizations WHERE id = 'o'");
    EXPECT_EQ(count("users"), 0);
    EXPECT_EQ(count("outbox"), 1);
    for (auto const* const table : of_the_user)
        EXPECT_EQ(count(table), 0) << table;
}

TEST_P(Cascades, SessionsUsersOrganizationsEmptyInThatOrder)
{
    give_everything_to_the_user();
    outside().run("DELETE FROM sessions; DELETE FROM users; DELETE FROM organizations");
    EXPECT_EQ(count("organizations"), 0);
}

TEST_P(Cascades, UserSessionsAreWritableAndSayWhoIsLive)
{
    outside().run("INSERT INTO sessions (id, organization_id, user_id, user_agent) VALUES ('s', "
                  "'o', 'u', 'Test')");
    auto const select
        = "SELECT id, tenant_id, user_id, staff_id, is_current, user_agent FROM user_sessions";
    auto const live = outside().query(select);
    EXPECT_EQ(live.front().text(0), "s");
    EXPECT_EQ(live.front().text(1), "o");
    EXPECT_EQ(live.front().text(3), "u");
    EXPECT_TRUE(live.front().boolean(4));

    outside().run(
        "UPDATE user_sessions SET revoked_at = " + moment("0 days")
        + ", revoke_reason = 'admin_forced' WHERE id = 's'"
    );
    EXPECT_FALSE(outside().query(select).front().boolean(4));
    EXPECT_EQ(
        outside().query("SELECT revoke_reason FROM sessions").front().text(0), "admin_forced"
    );
    EXPECT_EQ(outside().query(select).front().text(5), "Test");
    outside().run("UPDATE sessions SET revoked_at = NULL, revoke_reason = NULL; UPDATE users SET "
                  "session_version = 2");
    EXPECT_FALSE(outside().query(select).front().boolean(4));
    outside().run("UPDATE users SET session_version = 1, status = 'suspended'");
    EXPECT_FALSE(outside().query(select).front().boolean(4));
    outside().run(
        "UPDATE users SET status = 'active'; UPDATE user_sessions SET expires_at = "
        + moment("-1 day")
    );
    EXPECT_FALSE(outside().query(select).front().boolean(4));

    outside().run("DELETE FROM user_sessions WHERE user_id = 'u'");
    EXPECT_EQ(count("sessions"), 0);
    outside().run("INSERT INTO user_sessions (id, tenant_id, user_id) VALUES ('t', 'o', 'u')");
    EXPECT_EQ(count("sessions"), 1);
}

TEST_P(Cascades, SqliteTakesInstantsInTheOneFormThatSorts)
{
    if (on_postgres()) // has a type for it
        return outside().run("UPDATE users SET deleted_at = '2026-11-22 07:05:09'");
    EXPECT_EQ(
        refused("UPDATE users SET deleted_at = '2026-11-22 07:05:09'").violation, Violation::check
    );
    outside().run("UPDATE users SET deleted_at = '2026-11-22T07:05:09.000Z'");
}

} // namespace
} // namespace gatehouse::testing
