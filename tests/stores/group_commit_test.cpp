// Units that wait together are committed together, and share their fate.
#include "core/handoff.h"
#include "stores/sqlite_fixture.h"

#include <chrono>
#include <vector>

namespace gatehouse::testing {
namespace {

using sql::Access;
using sql::Scope;
using sql::StorageError;
using sql::values;
using Kind = StorageError::Kind;

constexpr sql::Statement insert_organization("INSERT INTO organizations (id, name) VALUES ($1, $2)"
);
constexpr sql::Statement defer_foreign_keys("PRAGMA defer_foreign_keys = ON");
constexpr sql::Statement
    insert_orphan("INSERT INTO users (organization_id, email) VALUES ('nowhere', 'x')");

class GroupCommit : public SqliteFixture { };

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

TEST_F(GroupCommit, UnitsThatWaitShareOneCommit)
{
    open({.group_size = 64, .group_time = 5s});
    Ends ends;
    run(write_many(*database_, 50, -1, ends));
    EXPECT_EQ(ends.committed, 50);
    EXPECT_EQ(count(), 50);
    EXPECT_EQ(settled_, 1);
}

TEST_F(GroupCommit, AGroupIsNoLargerThanItMayBe)
{
    open({.group_size = 10, .group_time = 5s});
    Ends ends;
    run(write_many(*database_, 50, -1, ends));
    EXPECT_EQ(settled_, 5);
    EXPECT_EQ(count(), 50);
}

TEST_F(GroupCommit, AUnitAloneWaitsForNobody)
{
    open({.group_size = 64, .group_time = 5s});
    auto const started = std::chrono::steady_clock::now();
    insert_and_commit("a");
    EXPECT_LT(std::chrono::steady_clock::now() - started, 4s);
    EXPECT_EQ(settled_, 1);
}

TEST_F(GroupCommit, ACommonCommitThatFailsFailsTheWholeGroupAndLeavesNothing)
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

TEST_F(GroupCommit, AFullDiskFailsSomeAndLosesNothingAcknowledged)
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

} // namespace
} // namespace gatehouse::testing
