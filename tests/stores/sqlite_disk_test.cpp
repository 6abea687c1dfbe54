// A disk that fails under SQLite: what reached it is unknown, and nothing is acknowledged by
// mistake.
#include "core/event_loop.h"
#include "storage/sql/engine.h"
#include "storage/sql/errors.h"
#include "support/test_database.h"

#include <gtest/gtest.h>

#include <sqlite3.h>

#include <atomic>
#include <map>
#include <mutex>

namespace gatehouse::testing {
namespace {

using sql::Access;
using sql::Scope;
using sql::values;

constexpr sql::Statement
    insert_organization("INSERT INTO organizations (id, name) VALUES ($1, 'Name')");

// What the disk answers instead of its own answer; SQLITE_OK: it works.
std::atomic<int> sync_answer = SQLITE_OK;
std::atomic<int> write_answer = SQLITE_OK;

sqlite3_vfs* real_disk = nullptr;

// The methods of one kind of file; SQLite has several. A file points to `failing`, its first
// member.
struct Methods {
    sqlite3_io_methods failing;
    sqlite3_io_methods const* real;
};

sqlite3_io_methods const* real_methods(sqlite3_file const* file)
{
    return reinterpret_cast<Methods const*>(file->pMethods)->real;
}

int sync(sqlite3_file* file, int flags)
{
    int const answer = sync_answer;
    return answer == SQLITE_OK ? real_methods(file)->xSync(file, flags) : answer;
}

int write(sqlite3_file* file, void const* bytes, int count, sqlite3_int64 offset)
{
    int const answer = write_answer;
    return answer == SQLITE_OK ? real_methods(file)->xWrite(file, bytes, count, offset) : answer;
}

int open(sqlite3_vfs*, char const* name, sqlite3_file* file, int flags, int* given)
{
    int const opened = real_disk->xOpen(real_disk, name, file, flags, given);
    if (opened != SQLITE_OK || !file->pMethods)
        return opened;
    static std::mutex mutex;
    static std::map<sqlite3_io_methods const*, Methods> known;
    std::lock_guard const lock(mutex);
    auto const [entry, is_new] = known.try_emplace(file->pMethods);
    if (is_new) {
        entry->second = {.failing = *file->pMethods, .real = file->pMethods};
        entry->second.failing.xSync = sync;
        entry->second.failing.xWrite = write;
    }
    file->pMethods = &entry->second.failing;
    return opened;
}

class FailingDisk : public ::testing::Test {
protected:
    void SetUp() override
    {
        store_ = TestDatabase::make(sql::Dialect::sqlite);
        real_disk = sqlite3_vfs_find(nullptr);
        disk_ = *real_disk;
        disk_.zName = "failing";
        disk_.xOpen = open;
        ASSERT_EQ(sqlite3_vfs_register(&disk_, 1), SQLITE_OK);
        database_ = sql::make_database(store_->drivers(), {});
    }
    void TearDown() override
    {
        sync_answer = SQLITE_OK;
        write_answer = SQLITE_OK;
        database_.reset();
        sqlite3_vfs_unregister(&disk_);
        sqlite3_vfs_register(real_disk, 1);
        store_.reset();
    }

    std::unique_ptr<sql::Transaction> begin_and_insert(std::string const& id)
    {
        auto work = wait_for(loop_, database_->begin(Access::write));
        (void)wait_for(
            loop_,
            work->connection().query(insert_organization, Scope::organization(id), values(id))
        );
        return work;
    }
    std::int64_t count()
    {
        return store_->query("SELECT count(*) FROM organizations").front().integer(0);
    }

    EventLoop loop_;
    sqlite3_vfs disk_{};
    std::unique_ptr<TestDatabase> store_;
    std::unique_ptr<sql::Database> database_;
};

TEST_F(FailingDisk, ASyncThatFailsAtCommitIsUnknownAndTheNextUnitWorks)
{
    auto work = begin_and_insert("a");
    sync_answer = SQLITE_IOERR_FSYNC;
    EXPECT_THROW(wait_for(loop_, work->commit()), sql::OutcomeUnknown);
    sync_answer = SQLITE_OK;
    auto next = begin_and_insert("b");
    wait_for(loop_, next->commit());
    EXPECT_GE(count(), 1);
    EXPECT_EQ(
        store_->query("SELECT count(*) FROM organizations WHERE id = 'b'").front().integer(0), 1
    );
}

TEST_F(FailingDisk, AWriteThatFailsAtCommitIsUnknown)
{
    auto work = begin_and_insert("a");
    write_answer = SQLITE_IOERR_WRITE;
    EXPECT_THROW(wait_for(loop_, work->commit()), sql::OutcomeUnknown);
}

TEST_F(FailingDisk, AFullDiskAtCommitIsAFailureAndNothingIsThere)
{
    auto work = begin_and_insert("a");
    write_answer = SQLITE_FULL;
    try {
        wait_for(loop_, work->commit());
        FAIL() << "acknowledged without room";
    } catch (sql::StorageError const& error) {
        EXPECT_EQ(error.kind(), sql::StorageError::Kind::unavailable);
    }
    write_answer = SQLITE_OK;
    EXPECT_EQ(count(), 0);
    auto next = begin_and_insert("b");
    wait_for(loop_, next->commit());
    EXPECT_EQ(count(), 1);
}

} // namespace
} // namespace gatehouse::testing
