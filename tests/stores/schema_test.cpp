// The tables as others rely on them: defaults, and constraints by name (spec/database 3).
#include "stores/schema_fixture.h"

#include <utility>

namespace gatehouse::testing {
namespace {

using sql::StorageError;
using Violation = StorageError::Violation;

class Schema : public SchemaFixture { };
INSTANTIATE_ON_BOTH_DATABASES(Schema);

TEST_P(Schema, BareInsertsGetTheirDefaults) // TC-DB-006, TC-DB-008
{
    outside().run("INSERT INTO organizations (name) VALUES ('Bare')");
    auto const organization = outside()
                                  .query("SELECT id, kind, owner_id, plan, settings, created_at, "
                                         "updated_at FROM organizations WHERE name = 'Bare'")
                                  .front();
    EXPECT_GE(organization.text(0).size(), 32u);
    EXPECT_EQ(organization.text(1), "business");
    EXPECT_TRUE(organization.is_null(2));
    EXPECT_EQ(organization.text(3), "free");
    EXPECT_EQ(organization.text(4), "{}");
    auto const now = SystemClock().now();
    EXPECT_LT(now - organization.instant(5), 60s);
    EXPECT_LT(organization.instant(6) - now, 60s);

    auto const rows = outside().query(
        "SELECT role, status, email_verified, self_registered, session_version, "
        "two_factor_enabled, "
        "password_hash, backup_codes, deleted_at, created_at FROM users WHERE id = 'u'"
    );
    auto const user = rows.front();
    EXPECT_EQ(user.text(0), "staff");
    EXPECT_EQ(user.text(1), "active");
    EXPECT_TRUE(user.boolean(2));
    EXPECT_FALSE(user.boolean(3));
    EXPECT_EQ(user.integer(4), 1);
    EXPECT_FALSE(user.boolean(5));
    EXPECT_TRUE(user.is_null(6) && user.is_null(7) && user.is_null(8));
    EXPECT_LT(now - user.instant(9), 60s);
}

TEST_P(Schema, SessionsEndBySevenAndThirtyDaysUnlessTold)
{
    outside().run("INSERT INTO sessions (organization_id, user_id) VALUES ('o', 'u')");
    auto const row = outside()
                         .query("SELECT created_at, expires_at, absolute_expires_at, surface, "
                                "degraded FROM sessions")
                         .front();
    EXPECT_EQ(row.instant(1) - row.instant(0), 7 * 24h);
    EXPECT_EQ(row.instant(2) - row.instant(0), 30 * 24h);
    EXPECT_EQ(row.text(3), "organization");
    EXPECT_FALSE(row.boolean(4));
}

TEST_P(Schema, AFifthRoleIsRefused) // TC-DB-003
{
    for (auto const* const role : {"owner", "admin", "manager", "staff"})
        outside().run("UPDATE users SET role = '" + std::string(role) + "'");
    EXPECT_THROW(outside().run("UPDATE users SET role = 'god'"), StorageError);
}

TEST_P(Schema, AUserNeedsAnOrganizationThatExists) // TC-DB-004
{
    EXPECT_EQ(
        refused("INSERT INTO users (organization_id, email) VALUES ('nowhere', 'x@y.z')").violation,
        Violation::foreign_key
    );
}

TEST_P(Schema, OneLiveAddressInAnOrganizationInAnyLetterCase) // TC-DB-005
{
    auto const same
        = refused("INSERT INTO users (organization_id, email) VALUES ('o', 'ann@EXAMPLE.org')");
    EXPECT_EQ(same.violation, Violation::unique);
    EXPECT_EQ(same.constraint, "users_org_email_live");
    outside().run("INSERT INTO users (organization_id, email) VALUES ('p', 'ann@example.org')");
    outside().run("UPDATE users SET deleted_at = created_at WHERE id = 'u';"
                  "INSERT INTO users (organization_id, email) VALUES ('o', 'ann@example.org')");
}

TEST_P(Schema, OneSelfRegisteredAddressAnywhere)
{
    outside().run("UPDATE users SET self_registered = true WHERE id = 'u'");
    auto const second = refused("INSERT INTO users (organization_id, email, self_registered) "
                                "VALUES ('p', 'ANN@example.org', true)");
    EXPECT_EQ(second.constraint, "users_self_registered_email_live");
    outside().run("INSERT INTO users (organization_id, email) VALUES ('p', 'ANN@example.org')");
}

TEST_P(Schema, IdsAreUniqueAcrossOrganizations)
{
    EXPECT_EQ(
        refused("INSERT INTO users (id, organization_id, email) VALUES ('u', 'p', 'b@c.d')")
            .constraint,
        "users_id_key"
    );
    EXPECT_EQ(
        refused("INSERT INTO organizations (id, name) VALUES ('o', 'Again')").constraint,
        "organizations_pkey"
    );
}

TEST_P(Schema, ARowCannotPointIntoAnotherOrganization)
{
    for (auto const* const statement :
         {"INSERT INTO sessions (organization_id, user_id) VALUES ('p', 'u')",
          "INSERT INTO encryption_vaults (organization_id, user_id, wrapped_mk, wrap_iv) VALUES "
          "('p', 'u', 'x', 'y')"})
        EXPECT_EQ(refused(statement).violation, Violation::foreign_key) << statement;
    outside().run("INSERT INTO users (id, organization_id, email) VALUES ('v', 'p', 'v@y.z');"
                  "INSERT INTO sessions (id, organization_id, user_id) VALUES ('s', 'o', 'u')");
    EXPECT_EQ(
        refused(
            "INSERT INTO refresh_tokens (organization_id, user_id, session_id, token_hash, "
            "family_id, expires_at) "
            "VALUES ('p', 'v', 's', 'h', 'f', "
            + moment("1 day") + ")"
        )
            .violation,
        Violation::foreign_key
    );
}

TEST_P(Schema, ATokenHashIsUniqueByName)
{
    give_everything_to_the_user();
    EXPECT_EQ(
        refused(
            "INSERT INTO refresh_tokens (organization_id, user_id, session_id, token_hash, "
            "family_id, expires_at) "
            "VALUES ('o', 'u', 's', 'h', 'f', "
            + moment("1 day") + ")"
        )
            .constraint,
        "refresh_tokens_token_hash_unique"
    );
    EXPECT_EQ(
        refused(
            "INSERT INTO one_time_tokens (organization_id, user_id, purpose, token_hash, "
            "expires_at) "
            "VALUES ('o', 'u', 'magic_link', 'h', "
            + moment("1 day") + ")"
        )
            .constraint,
        "one_time_tokens_token_hash_unique"
    );
}

TEST_P(Schema, ChecksRefuseByName)
{
    give_everything_to_the_user();
    std::pair<char const*, char const*> const cases[] = {
        {"UPDATE users SET status = 'gone'", "users_status_check"},
        {"UPDATE organizations SET kind = 'club'", "organizations_kind_check"},
        {"UPDATE sessions SET revoke_reason = 'because'", "sessions_revoke_reason_check"},
        {"UPDATE refresh_tokens SET revoke_reason = 'because'", "refresh_tokens_revoke_reason_check"
        },
        {"UPDATE login_attempts SET method = 'guess'", "login_attempts_method_check"},
        {"UPDATE one_time_tokens SET purpose = 'fun'", "one_time_tokens_purpose_check"},
        {"UPDATE step_up_challenges SET method = 'sms'", "step_up_challenges_method_check"},
        {"INSERT INTO outbox (organization_id, topic, recipient) VALUES ('o', 'fax', 'x')",
         "outbox_topic_check"},
        {"INSERT INTO outbox (organization_id, topic, recipient, status) VALUES ('o', 'mail', 'x', "
         "'lost')",
         "outbox_status_check"},
        {"INSERT INTO signing_keys (kid, alg, state, public_jwk) VALUES ('k', 'EdDSA', 'lost', "
         "'{}')",
         "signing_keys_state_check"},
        {"UPDATE encryption_vaults SET wrapped_mk = NULL, wrap_iv = NULL",
         "encryption_vaults_has_wrap"},
        {"UPDATE encryption_vaults SET wrap_iv = NULL", "encryption_vaults_wrap_iv_pair"},
        {"UPDATE encryption_vaults SET recovery_iv = 'i'", "encryption_vaults_wrap_iv_pair"},
        {"UPDATE encryption_vaults SET zero_knowledge = true", "encryption_vaults_zk_consistency"},
    };
    for (auto const& [statement, constraint] : cases) {
        auto const refusal = refused(statement);
        EXPECT_EQ(refusal.violation, Violation::check) << statement;
        EXPECT_EQ(refusal.constraint, constraint);
    }
    outside().run(
        "UPDATE encryption_vaults SET wrapped_mk = NULL, wrap_iv = NULL, zero_knowledge = true, "
        "recovery_wrapped_mk = 'r', recovery_iv = 'i'"
    );
}

TEST_P(Schema, AMissingValueIsNamedByColumn)
{
    auto const refusal = refused("INSERT INTO users (organization_id) VALUES ('o')");
    EXPECT_EQ(refusal.violation, Violation::not_null);
    EXPECT_EQ(refusal.constraint, "users.email");
}

TEST_P(Schema, ADedupeKeyIsUniqueInItsOrganization)
{
    outside().run("INSERT INTO outbox (organization_id, topic, recipient, dedupe_key) VALUES ('o', "
                  "'mail', 'x', 'k'), "
                  "('p', 'mail', 'x', 'k'), ('o', 'mail', 'x', NULL), ('o', 'mail', 'x', NULL)");
    EXPECT_EQ(
        refused("INSERT INTO outbox (organization_id, topic, recipient, dedupe_key) VALUES ('o', "
                "'mail', 'x', 'k')")
            .constraint,
        "outbox_dedupe_key"
    );
}

TEST_P(Schema, AttemptsAreNumberedByTheDatabase)
{
    outside().run("INSERT INTO login_attempts (email, successful) VALUES ('a', false), ('b', true)"
    );
    auto const rows
        = outside().query("SELECT id, throttled, method FROM login_attempts ORDER BY id");
    EXPECT_LT(rows[0].integer(0), rows[1].integer(0));
    EXPECT_FALSE(rows[0].boolean(1));
    EXPECT_EQ(rows[0].text(2), "password");
}

} // namespace
} // namespace gatehouse::testing
