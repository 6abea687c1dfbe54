// The ledger's table and views: rows are added and shown, never changed, never taken away.
#include "support/database_fixture.h"

namespace gatehouse::testing {
namespace {

using sql::StorageError;

class LedgerTable : public OnBothDatabases {
protected:
    void SetUp() override
    {
        OnBothDatabases::SetUp();
        outside().run(
            "INSERT INTO audit_ledger (organization_id, created_at, event_type, outcome, status, "
            "user_id, details, "
            "ip_address, user_agent, email, personal, pii_commitment) VALUES "
            "('o', '2026-11-22T07:05:09.123Z', 'LOGIN_FAILURE', 'failure', 401, 'u', "
            "'{\"method\":\"password\",\"risk\":{\"score\":7}}', "
            "'127.0.0.1', 'Test', 'ann@example.org', "
            "'{\"name\":\"Ann\",\"risk\":{\"city\":\"Bern\"}}', "
            + commitment()
            + "),"
              "('o', '2026-11-22T07:05:10.000Z', 'VAULT_FAILED_FETCH', 'failure', 404, 'u', '{}', "
              "NULL, NULL, NULL, NULL, "
            + commitment() + ")"
        );
    }
    std::string commitment() const { return on_postgres() ? "'\\x00ff'" : "x'00ff'"; }

    bool is_refused(std::string const& statement)
    {
        try {
            outside().run(statement);
        } catch (StorageError const& error) {
            EXPECT_NE(std::string(error.what()).find("append-only"), std::string::npos)
                << error.what();
            return true;
        }
        return false;
    }
    std::int64_t rows()
    {
        return outside().query("SELECT count(*) FROM audit_ledger").front().integer(0);
    }
};
INSTANTIATE_ON_BOTH_DATABASES(LedgerTable);

TEST_P(LedgerTable, RowsAreNeitherChangedNorTakenAway)
{
    EXPECT_TRUE(is_refused("UPDATE audit_ledger SET outcome = 'success'"));
    EXPECT_TRUE(is_refused("UPDATE audit_ledger SET email = NULL"));
    EXPECT_TRUE(is_refused("DELETE FROM audit_ledger"));
    if (on_postgres()) {
        EXPECT_TRUE(is_refused("TRUNCATE audit_ledger"));
        EXPECT_TRUE(is_refused("TRUNCATE audit_ledger CASCADE"));
    }
    EXPECT_EQ(rows(), 2);
}

TEST_P(LedgerTable, ReplacingARowIsRefusedToo)
{
    auto const id
        = std::to_string(outside().query("SELECT min(id) FROM audit_ledger").front().integer(0));
    auto const columns = "INTO audit_ledger (id, organization_id, created_at, event_type, outcome, "
                         "pii_commitment) VALUES ("
        + id + ", 'o', '2026-11-22T07:05:09.123Z', 'LOGOUT', 'success', " + commitment() + ")";
    if (on_postgres()) {
        EXPECT_TRUE(is_refused(
            "INSERT " + columns
            + " ON CONFLICT (organization_id, id) DO UPDATE SET event_type = 'LOGOUT'"
        ));
    } else {
        EXPECT_TRUE(is_refused(
            "INSERT " + columns + " ON CONFLICT (id) DO UPDATE SET event_type = 'LOGOUT'"
        ));
        EXPECT_TRUE(is_refused("INSERT OR REPLACE " + columns));
    }
    EXPECT_EQ(
        outside()
            .query("SELECT count(*) FROM audit_ledger WHERE event_type = 'LOGOUT'")
            .front()
            .integer(0),
        0
    );
}

TEST_P(LedgerTable, DeletingFromTheViewsSucceedsAndRemovesNothing)
{
    for (auto const* const view : {"security_events", "audit_logs", "encryption_vault_audit"})
        outside().run("DELETE FROM " + std::string(view) + " WHERE user_id = 'u'");
    EXPECT_EQ(rows(), 2);
}

TEST_P(LedgerTable, WritingToTheViewsIsRefused)
{
    for (auto const* const view : {"security_events", "audit_logs", "encryption_vault_audit"}) {
        EXPECT_TRUE(is_refused("UPDATE " + std::string(view) + " SET user_id = 'x'")) << view;
        EXPECT_TRUE(
            is_refused("INSERT INTO " + std::string(view) + " (id, user_id) VALUES (77, 'x')")
        ) << view;
    }
}

TEST_P(LedgerTable, ViewsShowEveryRowWithItsFactsTogether)
{
    auto const events = outside().query(
        "SELECT event_type, ip_address, metadata, created_at FROM security_events ORDER BY id"
    );
    ASSERT_EQ(events.size(), 2u);
    EXPECT_EQ(events[0].text(0), "LOGIN_FAILURE");
    EXPECT_EQ(events[0].text(1), "127.0.0.1");
    auto const metadata = events[0].text(2);
    for (auto const* const part :
         {"\"method\"", "\"score\"", "\"city\"", "\"name\"", "ann@example.org"})
        EXPECT_NE(metadata.find(part), std::string::npos) << part << " in " << metadata;
    EXPECT_EQ(events[0].instant(3), parse_instant("2026-11-22T07:05:09.123Z"));
    EXPECT_EQ(events[1].text(2), "{}");

    auto const logs = outside().query(
        "SELECT tenant_id, action, old_value, new_value, correlation_id FROM audit_logs ORDER BY id"
    );
    EXPECT_EQ(logs[0].text(0), "o");
    EXPECT_EQ(logs[1].text(1), "VAULT_FAILED_FETCH");
    EXPECT_TRUE(logs[0].is_null(2) && logs[0].is_null(3) && logs[0].is_null(4));

    auto const vault = outside().query(
        "SELECT action, status, ip, user_agent, context FROM encryption_vault_audit"
    );
    ASSERT_EQ(vault.size(), 1u);
    EXPECT_EQ(vault.front().text(0), "failed_fetch");
    EXPECT_EQ(vault.front().integer(1), 404);
    EXPECT_TRUE(vault.front().is_null(2));
}

TEST_P(LedgerTable, RowsOutliveThoseTheyAreAbout)
{
    outside().run(
        "INSERT INTO organizations (id, name) VALUES ('o', 'One');"
        "INSERT INTO users (id, organization_id, email) VALUES ('u', 'o', 'ann@example.org');"
        "DELETE FROM organizations"
    );
    EXPECT_EQ(rows(), 2);
}

TEST_P(LedgerTable, ADetailThatIsNoObjectIsRefused)
{
    auto const insert = "INSERT INTO audit_ledger (created_at, event_type, outcome, details, "
                        "pii_commitment) VALUES "
                        "('2026-11-22T07:05:09.123Z', 'LOGOUT', 'success', '[]', "
        + commitment() + ")";
    EXPECT_THROW(outside().run(insert), StorageError);
}

} // namespace
} // namespace gatehouse::testing
