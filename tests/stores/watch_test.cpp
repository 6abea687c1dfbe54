// Whether somebody else has written to the file, and whether the server's own commits are told from
// that (spec/database §1).
#include "core/event_loop.h"
#include "core/random.h"
#include "domain/changed.h"
#include "domain/organizations.h"
#include "domain/storage.h"
#include "storage/sql/stores.h"
#include "storage/sqlite/open.h"
#include "support/test_database.h"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <memory>
#include <thread>

namespace gatehouse::testing {
namespace {

class Watching : public ::testing::Test {
protected:
    void SetUp() override
    {
        file_ = TestDatabase::make(sql::Dialect::sqlite);
        watch_ = sqlite::watch(file_->url(), [this] {
            ++foreign_;
            changes_.note_all();
        });
        watch_->when_unexplained([this] { ++asked_; });
        changes_.follow(*watch_);
        sqlite::Options options;
        options.watch = watch_;
        database_ = sqlite::open(file_->url(), options);
        storage_ = sql::make_storage(*database_, random_, changes_);
    }
    void TearDown() override
    {
        storage_.reset();
        database_.reset();
        watch_.reset();
        file_.reset();
    }

    static Async<void> add(domain::Storage& storage, std::string id)
    {
        domain::Organization organization{.id = domain::OrganizationId(id), .name = "O"};
        auto work = co_await storage.begin();
        co_await work->organizations().insert(std::move(organization));
        co_await work->commit();
    }
    void add(std::string id) { wait_for(loop_, add(*storage_, std::move(id))); }
    void settle() { wait_for(loop_, storage_->settle_changes()); }
    // Another value each time: SQLite commits nothing where every byte stays what it was.
    void write_from_outside()
    {
        file_->run("UPDATE organizations SET industry = 'x" + std::to_string(++written_) + "'");
    }

    EventLoop loop_;
    SystemRandom random_;
    Changes changes_;
    std::atomic<int> foreign_ = 0;
    std::atomic<int> asked_ = 0;
    int written_ = 0;
    std::unique_ptr<TestDatabase> file_;
    std::shared_ptr<sqlite::Watch> watch_;
    std::unique_ptr<sql::Database> database_;
    std::unique_ptr<domain::Storage> storage_;
};

TEST_F(Watching, NothingIsCurrentBeforeTheWriterHasSpoken)
{
    EXPECT_FALSE(changes_.is_current());
    settle();
    EXPECT_TRUE(changes_.is_current());
}

TEST_F(Watching, TheServersOwnCommitsEmptyNothing)
{
    settle();
    auto const foreign = foreign_.load();
    auto const before = changes_.moment().value();
    for (int each = 0; each < 50; ++each) {
        add("o" + std::to_string(each));
        EXPECT_TRUE(changes_.is_current()) << each;
    }
    EXPECT_EQ(foreign_, foreign);
    EXPECT_TRUE(changes_.stands(before, {'u', "ann"}));
}

TEST_F(Watching, ACommitOfAnotherIsSeenAtTheNextLookAndEndsAllThatWasRead)
{
    add("o");
    auto const before = changes_.moment().value();
    write_from_outside();
    EXPECT_FALSE(changes_.is_current());
    EXPECT_FALSE(changes_.moment());
    settle();
    EXPECT_TRUE(changes_.is_current());
    EXPECT_FALSE(changes_.stands(before, {'u', "ann"}));
}

// One between two of the server's own, which never looked in between.
TEST_F(Watching, ACommitOfAnotherIsNotExplainedByTheServersNext)
{
    add("o");
    auto const before = changes_.moment().value();
    write_from_outside();
    add("p");
    EXPECT_TRUE(changes_.is_current());
    EXPECT_FALSE(changes_.stands(before, {'u', "ann"}));
}

TEST_F(Watching, AsksForAnExplanationWhenNobodyGivesOne)
{
    add("o");
    write_from_outside();
    EXPECT_FALSE(changes_.is_current());
    EXPECT_EQ(asked_, 0) << "the writer may be about to say it";
    std::this_thread::sleep_for(30ms);
    EXPECT_FALSE(changes_.is_current());
    EXPECT_EQ(asked_, 1);
    EXPECT_FALSE(changes_.is_current());
    EXPECT_EQ(asked_, 1) << "once in a while";
}

// Others write all the time while the server does, too: nothing that was read before one of their
// commits may stand once it is seen.
TEST_F(Watching, InParallelNoCommitOfOthersIsTakenForOnesOwn)
{
    add("o");
    std::atomic<bool> ends = false;
    std::thread own([&] {
        EventLoop loop;
        for (int each = 0; !ends; ++each)
            wait_for(loop, add(*storage_, "n" + std::to_string(each)));
    });
    int missed = 0;
    for (int round = 0; round < 100; ++round) {
        auto before = changes_.moment();
        for (int tries = 0; !before && tries < 2000; ++tries) {
            std::this_thread::sleep_for(1ms);
            before = changes_.moment();
        }
        if (!before) {
            ADD_FAILURE() << "never current";
            break;
        }
        write_from_outside(); // returns after its commit
        if (changes_.is_current() && changes_.stands(*before, {'u', "ann"}))
            ++missed;
    }
    ends = true;
    own.join();
    EXPECT_EQ(missed, 0);
}

} // namespace
} // namespace gatehouse::testing
