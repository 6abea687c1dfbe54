// What only SQLite does: units share a commit and its fate, one file is locked, the disk fills.
#include "core/handoff.h"
#include "storage/sql/engine.h"
#include "storage/sql/errors.h"
#include "storage/sqlite/open.h"
#include "support/test_database.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <thread>

namespace gatehouse::testing {
namespace {

using sql::Access;
using sql::Scope;
using sql::StorageError;
using sql::values;
using Kind = StorageError::Kind;

constexpr sql::Statement insert_organization("INSERT INTO organizations (id, name) VALUES ($1, $2)"
);
constexpr sql::Statement count_organizations("SELECT count(*) FROM organizations");
constexpr sql::Statement defer_foreign_keys("PRAGMA defer_foreign_keys = ON");
constexpr sql::Statement
    insert_orphan("INSERT INTO users (organization_id, email) VALUES ('nowhere', 'x')");
constexpr sql::Statement count_forever(
    "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n"
);
constexpr sql::Statement read_settings("SELECT (SELECT journal_mode FROM pragma_journal_mode), "
                                       "(SELECT synchronous FROM pragma_synchronous), "
                                       "(SELECT foreign_keys FROM pragma_foreign_keys)");

// Counts what the engine settles.
class CountingDriver final : public sql::Driver {
public:
    CountingDriver(std::unique_ptr<sql::Driver> inner, int& settled)
        : inner_(std::move(inner))
        , settled_(settled)
    {
    }
    sql::Dialect dialect() const noexcept override { return inner_->dialect(); }
    void begin(Access access, sql::Deadline deadline) override { inner_->begin(access, deadline); }
    sql::Rows execute(std::span<sql::Call const> calls, sql::Deadline deadline) override
    {
        return inner_->execute(calls, deadline);
    }
    sql::Committed commit(std::span<sql::Call const> calls, sql::Deadline deadline) override
    {
        return inner_->commit(calls, deadline);
    }
    void settle(sql::Deadline deadline) override
    {
        ++settled_;
        inner_->settle(deadline);
    }
    void rollback() noexcept override { inner_->rollback(); }

private:
    std::unique_ptr<sql::Driver> inner_;
    int& settled_;
};

class Sqlite : public ::testing::Test {
protected:
    void SetUp() override
    {
        store_ = TestDatabase::make(sql::Dialect::sqlite);
        open({});
    }
    void open(sql::EngineOptions options)
    {
        database_.reset();
        auto drivers = store_->drivers();
        drivers.writers[0]
            = std::make_unique<CountingDriver>(std::move(drivers.writers[0]), settled_);
        database_ = sql::make_database(std::move(drivers), options);
    }
    template <class T> T run(Async<T> work) { return wait_for(loop_, std::move(work)); }
    void run(Async<void> work) { wait_for(loop_, std::move(work)); }
    std::unique_ptr<sql::Transaction> begin(Access access = Access::write)
    {
        return run(database_->begin(access));
    }
    sql::Rows query(sql::Transaction& work, sql::Statement const& statement, sql::Values bound = {})
    {
        return run(work.connection().query(statement, Scope::directory(), std::move(bound)));
    }
    std::int64_t count()
    {
        return store_->query("SELECT count(*) FROM organizations").front().integer(0);
    }
    template <class Work> std::optional<Kind> kind_thrown_by(Work work)
    {
        try {
            work();
        } catch (StorageError const& error) {
            return error.kind();
        }
        return std::nullopt;
    }
    void insert_and_commit(std::string const& id)
    {
        auto work = begin();
        query(*work, insert_organization, values(id, "Name"));
        run(work->commit());
    }

    EventLoop loop_;
    std::unique_ptr<TestDatabase> store_;
    int settled_ = 0;
    std::unique_ptr<sql::Database> database_;
};

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

// How units of a group ended.
struct Ends {
    int committed = 0;
    int failed = 0;
    int left = 0;
    Handoff<bool> all;
};

Async<void> write_one(sql::Database& database, std::string id, bool orphan, Ends& ends)
{
    try {
        auto const work = co_await database.begin(Access::write);
        if (orphan) {
            work->connection().later(defer_foreign_keys, Scope::global(), {});
            work->connection().later(insert_orphan, Scope::global(), {});
        }
        co_await work->connection().query(
            insert_organization, Scope::organization(id), values(id, "Name")
        );
        co_await work->commit();
        ++ends.committed;
    } catch (StorageError const& error) {
        EXPECT_EQ(error.kind(), Kind::unavailable); // not a conflict of its own
        ++ends.failed;
    }
    if (--ends.left == 0)
        ends.all.sender().deliver(true);
}

// `orphan`: which of them leaves a row that only the common COMMIT finds wrong.
Async<void> write_many(sql::Database& database, int many, int orphan, Ends& ends)
{
    ends.left = many;
    for (int each = 0; each < many; ++each)
        start(write_one(database, "organization " + std::to_string(each), each == orphan, ends));
    co_await ends.all.receive();
}

TEST_F(Sqlite, UnitsThatWaitShareOneCommit)
{
    open({.group_size = 64, .group_time = 5s});
    Ends ends;
    run(write_many(*database_, 50, -1, ends));
    EXPECT_EQ(ends.committed, 50);
    EXPECT_EQ(count(), 50);
    EXPECT_EQ(settled_, 1);
}

TEST_F(Sqlite, AGroupIsNoLargerThanItMayBe)
{
    open({.group_size = 10, .group_time = 5s});
    Ends ends;
    run(write_many(*database_, 50, -1, ends));
    EXPECT_EQ(settled_, 5);
    EXPECT_EQ(count(), 50);
}

TEST_F(Sqlite, AUnitAloneWaitsForNobody)
{
    open({.group_size = 64, .group_time = 5s});
    auto const started = std::chrono::steady_clock::now();
    insert_and_commit("a");
    EXPECT_LT(std::chrono::steady_clock::now() - started, 4s);
    EXPECT_EQ(settled_, 1);
}

TEST_F(Sqlite, ACommonCommitThatFailsFailsTheWholeGroupAndLeavesNothing)
{
    open({.group_size = 64, .group_time = 5s});
    Ends ends;
    run(write_many(*database_, 20, 7, ends));
    EXPECT_EQ(ends.committed, 0);
    EXPECT_EQ(ends.failed, 20);
    EXPECT_EQ(count(), 0);
    insert_and_commit("next");
    EXPECT_EQ(count(), 1);
}

Async<void> write_large(
    sql::Database& database,
    std::string id,
    std::size_t size,
    std::vector<std::string>& acknowledged,
    Ends& ends
)
{
    try {
        auto const work = co_await database.begin(Access::write);
        std::string const name(size, 'x');
        co_await work->connection().query(
            insert_organization, Scope::organization(id), values(id, name)
        );
        co_await work->commit();
        acknowledged.push_back(id);
    } catch (StorageError const& error) {
        EXPECT_EQ(error.kind(), Kind::unavailable) << error.what();
        ++ends.failed;
    }
    if (--ends.left == 0)
        ends.all.sender().deliver(true);
}

Async<void>
write_until_full(sql::Database& database, std::vector<std::string>& acknowledged, Ends& ends)
{
    constexpr sql::Statement static limit_pages("PRAGMA max_page_count = 200");
    auto const work = co_await database.begin(Access::write);
    co_await work->connection().query(limit_pages, Scope::global(), {});
    co_await work->commit();
    ends.left = 40;
    for (int each = 0; each < 40; ++each)
        start(write_large(
            database,
            "organization " + std::to_string(each),
            each % 2 == 0 ? 10 : 60'000,
            acknowledged,
            ends
        ));
    co_await ends.all.receive();
}

TEST_F(Sqlite, AFullDiskFailsSomeAndLosesNothingAcknowledged)
{
    open({.group_size = 64, .group_time = 5s});
    std::vector<std::string> acknowledged;
    Ends ends;
    run(write_until_full(*database_, acknowledged, ends));
    EXPECT_GT(ends.failed, 0);
    EXPECT_EQ(count(), static_cast<std::int64_t>(acknowledged.size()));
    for (auto const& id : acknowledged)
        EXPECT_EQ(
            store_->query("SELECT count(*) FROM organizations WHERE id = $1", values(id))
                .front()
                .integer(0),
            1
        ) << id;
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
    open({.unit_time = 200ms});
    EXPECT_EQ(
        kind_thrown_by([&] { run(database_->reads().query(count_forever, Scope::global(), {})); }),
        Kind::timeout
    );
    auto work = begin();
    query(*work, insert_organization, values("a", "Name"));
    EXPECT_EQ(kind_thrown_by([&] { query(*work, count_forever); }), Kind::timeout);
    EXPECT_EQ(count(), 0);
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
