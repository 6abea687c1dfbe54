// What only SQLite does: one file, for its owner alone, locked by one writer at a time.
#include "storage/sqlite/open.h"
#include "stores/sqlite_fixture.h"

#include <cstdio>
#include <filesystem>
#include <thread>

namespace gatehouse::testing {
namespace {

using sql::Access;
using sql::Scope;
using sql::StorageError;
using sql::values;
using Kind = StorageError::Kind;

constexpr sql::Statement count_forever(
    "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n"
);
constexpr sql::Statement read_settings("SELECT (SELECT journal_mode FROM pragma_journal_mode), "
                                       "(SELECT synchronous FROM pragma_synchronous), "
                                       "(SELECT foreign_keys FROM pragma_foreign_keys)");

class Sqlite : public SqliteFixture { };

TEST_F(Sqlite, CommitsAreOnDiskAndForeignKeysHold)
{
    for (auto const access : {Access::write, Access::read}) {
        auto work = begin(access);
        auto const row = query(*work, read_settings).front();
        EXPECT_EQ(row.text(0), "wal");
        EXPECT_EQ(row.integer(1), 2); // FULL
        EXPECT_EQ(row.integer(2), 1);
    }
}

TEST_F(Sqlite, ItsFileIsForItsOwnerAlone)
{
    insert_and_commit("a");
    auto const path = store_->url().substr(7);
    for (auto const* const suffix : {"", "-wal", "-shm"}) {
        auto const mode = std::filesystem::status(path + suffix).permissions();
        EXPECT_EQ(mode, std::filesystem::perms::owner_read | std::filesystem::perms::owner_write)
            << suffix;
    }
}

TEST_F(Sqlite, WhatWasCommittedIsThereAfterReopening)
{
    insert_and_commit("a");
    open({});
    EXPECT_EQ(
        run(database_->reads().query(count_organizations, Scope::directory(), {}))
            .front()
            .integer(0),
        1
    );
}

TEST_F(Sqlite, AReadingUnitKeepsItsSnapshot)
{
    auto reader = begin(Access::read);
    EXPECT_EQ(query(*reader, count_organizations).front().integer(0), 0);
    insert_and_commit("a");
    EXPECT_EQ(query(*reader, count_organizations).front().integer(0), 0);
    EXPECT_EQ(
        run(database_->reads().query(count_organizations, Scope::directory(), {}))
            .front()
            .integer(0),
        1
    );
}

TEST_F(Sqlite, AForeignLockIsWaitedForUntilTheUnitsTimeIsOver)
{
    open({.unit_time = 150ms});
    store_->run("BEGIN IMMEDIATE");
    auto work = begin();
    EXPECT_EQ(
        kind_thrown_by([&] { query(*work, insert_organization, values("a", "Name")); }),
        Kind::timeout
    );
    store_->run("ROLLBACK");
    open({});
    insert_and_commit("a");
    EXPECT_EQ(count(), 1);
}

TEST_F(Sqlite, AForeignLockThatIsGivenBackInTimeDelaysOnly)
{
    store_->run("BEGIN IMMEDIATE");
    std::thread other([&] {
        std::this_thread::sleep_for(100ms);
        store_->run("COMMIT");
    });
    insert_and_commit("a");
    other.join();
    EXPECT_EQ(count(), 1);
}

TEST_F(Sqlite, AStatementWithoutEndIsStopped)
{
    open({.unit_time = 1s});
    EXPECT_EQ(
        kind_thrown_by([&] { run(database_->reads().query(count_forever, Scope::global(), {})); }),
        Kind::timeout
    );
    auto work = begin();
    query(*work, insert_organization, values("a", "Name"));
    EXPECT_EQ(kind_thrown_by([&] { query(*work, count_forever); }), Kind::timeout);
    EXPECT_EQ(count(), 0);
    open({});
    insert_and_commit("b");
    EXPECT_EQ(count(), 1);
}

TEST_F(Sqlite, AMissingFileIsUnavailableForReadersAndADirectoryForAll)
{
    auto const missing = sqlite::open(
        "sqlite:" + std::filesystem::temp_directory_path().string() + "/gatehouse/no/such.db", {}
    );
    EXPECT_EQ(
        kind_thrown_by([&] {
            run(missing->reads().query(count_organizations, Scope::global(), {}));
        }),
        Kind::unavailable
    );
    EXPECT_THROW(
        sqlite::open_schema("sqlite:" + std::filesystem::temp_directory_path().string()),
        StorageError
    );
    EXPECT_THROW(sqlite::open_schema("sqlite:"), StorageError);
}

TEST_F(Sqlite, AFileThatIsNoDatabaseIsRefused)
{
    auto const path = store_->url().substr(7) + ".txt";
    auto* const file = std::fopen(path.c_str(), "w");
    ASSERT_NE(file, nullptr);
    std::fputs(
        "this is not a database, whatever its name says; and it is long enough to be looked at "
        "closely by anybody who opens it",
        file
    );
    std::fclose(file);
    EXPECT_THROW(sqlite::open_schema(path), StorageError);
}

} // namespace
} // namespace gatehouse::testing
