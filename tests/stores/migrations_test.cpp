// Migrations: forward, once, whatever starts at the same time; and a schema that is not right is
// refused.
#include "support/test_database.h"

#include "storage/sql/errors.h"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>
#include <vector>

namespace gatehouse::testing {
namespace {

using sql::SchemaState;

class Migrations : public ::testing::TestWithParam<sql::Dialect> {
protected:
    void SetUp() override { store_ = TestDatabase::make(GetParam(), TestDatabase::Schema::none); }

    std::vector<sql::Migration> known() const { return sql::migrations(GetParam()); }
    sql::MigrationReport migrate() { return sql::migrate(*store_->connect(), known()); }
    sql::SchemaReport inspect() { return sql::inspect(*store_->connect(), known()); }

    // After something was done to a current schema: what inspect() says, and that migrate() refuses
    // alike.
    sql::SchemaReport refused_after(std::string const& change)
    {
        migrate();
        store_->run(change);
        auto const report = inspect();
        try {
            migrate();
            ADD_FAILURE() << "migrated what it should not touch";
        } catch (sql::SchemaRefused const& refused) {
            EXPECT_EQ(refused.report().state, report.state);
            EXPECT_EQ(refused.what(), report.line);
        }
        EXPECT_EQ(report.line.find('\n'), std::string::npos);
        return report;
    }

    std::unique_ptr<TestDatabase> store_;
};
INSTANTIATE_TEST_SUITE_P(
    Databases,
    Migrations,
    ::testing::ValuesIn(databases_to_test()),
    [](auto const& info) {
        return std::string(info.param == sql::Dialect::postgres ? "postgres" : "sqlite");
    }
);

TEST_P(Migrations, AnEmptyDatabaseIsBehindAndBecomesCurrent)
{
    auto const before = inspect();
    EXPECT_EQ(before.state, SchemaState::behind);
    EXPECT_EQ(before.version, 0);
    EXPECT_NE(before.line.find("run `gatehouse migrate`"), std::string::npos);

    auto const done = migrate();
    EXPECT_EQ(done.applied.size(), known().size());
    EXPECT_EQ(done.schema.state, SchemaState::current) << done.schema.line;
    auto const after = inspect();
    EXPECT_EQ(after.state, SchemaState::current);
    EXPECT_EQ(after.version, static_cast<int>(known().size()));
}

TEST_P(Migrations, ASecondTimeAppliesNothingAndKeepsRows)
{
    migrate();
    store_->run("INSERT INTO organizations (id, name) VALUES ('a', 'Kept')");
    auto const again = migrate();
    EXPECT_TRUE(again.applied.empty());
    EXPECT_EQ(again.schema.state, SchemaState::current);
    EXPECT_EQ(store_->query("SELECT count(*) FROM organizations").front().integer(0), 1);
}

TEST_P(Migrations, SeveralNodesAtOnceApplyEachOnce)
{
    std::atomic<std::size_t> applied = 0;
    std::atomic<int> current = 0;
    std::vector<std::thread> nodes;
    for (int node = 0; node < 5; ++node)
        nodes.emplace_back([&] {
            try {
                auto const done = migrate();
                applied += done.applied.size();
                current += done.schema.state == SchemaState::current;
            } catch (std::exception const& error) {
                ADD_FAILURE() << error.what();
            }
        });
    for (auto& node : nodes)
        node.join();
    EXPECT_EQ(applied, known().size());
    EXPECT_EQ(current, 5);
    EXPECT_EQ(inspect().state, SchemaState::current);
}

TEST_P(Migrations, ANewerSchemaIsRefused)
{
    auto const report
        = refused_after("INSERT INTO schema_migrations (version, checksum) VALUES (999, 'x')");
    EXPECT_EQ(report.state, SchemaState::newer);
    EXPECT_NE(report.line.find("999"), std::string::npos);
}

TEST_P(Migrations, AnAlteredMigrationIsRefused)
{
    auto const report
        = refused_after("UPDATE schema_migrations SET checksum = 'another' WHERE version = 1");
    EXPECT_EQ(report.state, SchemaState::altered);
    EXPECT_NE(report.line.find("migration 1"), std::string::npos);
}

TEST_P(Migrations, TablesWithoutARecordAreRefused)
{
    EXPECT_EQ(refused_after("DELETE FROM schema_migrations").state, SchemaState::half);
    EXPECT_EQ(inspect().version, 0);
}

TEST_P(Migrations, ALostTableIsRefusedByName)
{
    auto const report = refused_after("DROP TABLE encryption_vaults");
    EXPECT_EQ(report.state, SchemaState::half);
    EXPECT_NE(report.line.find("encryption_vaults"), std::string::npos);
}

TEST_P(Migrations, ALostLedgerViewIsRefusedByName)
{
    EXPECT_NE(
        refused_after("DROP VIEW security_events").line.find("security_events"), std::string::npos
    );
}

TEST_P(Migrations, ALostConstraintOrTriggerIsRefusedByName)
{
    bool const on_postgres = GetParam() == sql::Dialect::postgres;
    auto const unique = refused_after(
        on_postgres ? "ALTER TABLE refresh_tokens DROP CONSTRAINT refresh_tokens_token_hash_unique"
                    : "DROP INDEX refresh_tokens_token_hash_unique"
    );
    EXPECT_NE(unique.line.find("refresh_tokens_token_hash_unique"), std::string::npos);
    store_ = TestDatabase::make(GetParam(), TestDatabase::Schema::none);
    auto const trigger = refused_after(
        on_postgres ? "ALTER TABLE audit_ledger DISABLE TRIGGER audit_ledger_append_only"
                    : "DROP TRIGGER audit_ledger_no_delete"
    );
    EXPECT_NE(trigger.line.find("audit_ledger_"), std::string::npos);
}

TEST_P(Migrations, ALostUserSessionsViewDoesNotStopTheServer)
{
    migrate();
    store_->run("DROP VIEW user_sessions");
    EXPECT_EQ(inspect().state, SchemaState::current);
}

TEST_P(Migrations, OneThatFailsLeavesNothingOfItself)
{
    migrate();
    auto with_more = known();
    sql::Migration broken{
        .version = static_cast<int>(with_more.size()) + 1,
        .name = "broken",
        .script = "CREATE TABLE halfway (id integer); SELECT nothing FROM nowhere;",
        .checksum = "x"
    };
    with_more.push_back(broken);
    auto const connection = store_->connect();
    EXPECT_THROW(sql::migrate(*connection, with_more), sql::StorageError);
    EXPECT_EQ(sql::inspect(*connection, with_more).state, SchemaState::behind);
    EXPECT_THROW(store_->query("SELECT * FROM halfway"), sql::StorageError);

    with_more.back().script = "CREATE TABLE halfway (id integer);"; // and mended, it goes through
    EXPECT_EQ(sql::migrate(*connection, with_more).applied, std::vector<int>{broken.version});
    EXPECT_EQ(inspect().state, SchemaState::newer);
}

TEST_P(Migrations, AGapInTheHistoryIsRefused)
{
    migrate();
    auto with_more = known();
    for (int more = 0; more < 2; ++more)
        with_more.push_back(
            {.version = static_cast<int>(with_more.size()) + 1,
             .name = "more",
             .script = "SELECT 1",
             .checksum = "x"}
        );
    store_->run(
        "INSERT INTO schema_migrations (version, checksum) VALUES ("
        + std::to_string(with_more.size()) + ", 'x')"
    );
    EXPECT_EQ(sql::inspect(*store_->connect(), with_more).state, SchemaState::half);
}

TEST_P(Migrations, EachCarriesTheChecksumOfItsText)
{
    auto const all = known();
    ASSERT_FALSE(all.empty());
    for (auto const& migration : all) {
        EXPECT_EQ(migration.checksum.size(), 64u);
        EXPECT_FALSE(migration.script.empty());
    }
    EXPECT_EQ(all.front().version, 1);
    EXPECT_EQ(all.front().name, "accounts");
}

} // namespace
} // namespace gatehouse::testing
