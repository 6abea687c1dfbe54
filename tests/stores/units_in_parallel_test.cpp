// Units of work side by side: all commit, those that fail fail alone, and nobody waits without end.
#include "core/handoff.h"
#include "core/metrics.h"
#include "support/database_fixture.h"

#include <array>
#include <chrono>
#include <thread>
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
constexpr sql::Statement count_organizations("SELECT count(*) FROM organizations");

class UnitsInParallel : public OnBothDatabases {
protected:
    std::int64_t count()
    {
        return run(database().reads().query(count_organizations, Scope::directory(), sql::Values()))
            .front()
            .integer(0);
    }
    std::unique_ptr<sql::Transaction> begin(Access access = Access::write)
    {
        return run(database().begin(access));
    }
    sql::Rows insert(sql::Transaction& work, std::string const& id)
    {
        return run(work.connection().query(
            insert_organization, Scope::organization(id), values(id, "Name")
        ));
    }

    // What was thrown, as a kind; nothing if nothing was.
    template <class Work> std::optional<Kind> kind_thrown_by(Work work)
    {
        try {
            work();
        } catch (StorageError const& error) {
            return error.kind();
        }
        return std::nullopt;
    }
};
INSTANTIATE_ON_BOTH_DATABASES(UnitsInParallel);

Async<void> insert_one(sql::Database& database, std::string id, int& done)
{
    auto work = co_await database.begin(Access::write);
    work->connection().later(insert_organization, Scope::organization(id), values(id, "Name"));
    auto const rows
        = co_await work->connection().query(count_organizations, Scope::directory(), sql::Values());
    EXPECT_EQ(rows.size(), 1u);
    co_await work->commit();
    ++done;
}

// Starts all of them and comes back when the last has ended.
Async<void> all_at_once(std::vector<Async<void>> works)
{
    std::size_t left = works.size();
    Handoff<bool> ended;
    std::exception_ptr failure;
    auto const one = [](Async<void> work,
                        std::size_t& still,
                        Handoff<bool>::Sender all,
                        std::exception_ptr& failed) -> Async<void> {
        try {
            co_await work;
        } catch (...) {
            failed = std::current_exception();
        }
        if (--still == 0)
            all.deliver(true);
    };
    for (auto& work : works)
        start(one(std::move(work), left, ended.sender(), failure));
    co_await ended.receive();
    if (failure)
        std::rethrow_exception(failure);
}

TEST_P(UnitsInParallel, FiftyInParallelAllCommit)
{
    int done = 0;
    std::vector<Async<void>> works;
    for (int each = 0; each < 50; ++each)
        works.push_back(insert_one(database(), "organization " + std::to_string(each), done));
    run(all_at_once(std::move(works)));
    EXPECT_EQ(done, 50);
    EXPECT_EQ(count(), 50);
}

Async<void> expect_conflict(sql::Database& database, std::string id, int& refused)
{
    auto work = co_await database.begin(Access::write);
    try {
        co_await work->connection().query(
            insert_organization, Scope::organization(id), values(id, "Again")
        );
        co_await work->commit();
    } catch (StorageError const& error) {
        EXPECT_EQ(error.kind(), Kind::conflict);
        ++refused;
    }
}

TEST_P(UnitsInParallel, OneThatFailsAmongManyFailsAlone)
{
    outside().run("INSERT INTO organizations (id, name) VALUES ('taken', 'Taken')");
    int done = 0;
    int refused = 0;
    std::vector<Async<void>> works;
    for (int each = 0; each < 40; ++each) {
        works.push_back(insert_one(database(), "organization " + std::to_string(each), done));
        if (each % 4 == 0)
            works.push_back(expect_conflict(database(), "taken", refused));
    }
    run(all_at_once(std::move(works)));
    EXPECT_EQ(done, 40);
    EXPECT_EQ(refused, 10);
    EXPECT_EQ(count(), 41);
    EXPECT_EQ(
        outside()
            .query("SELECT count(*) FROM organizations WHERE name = 'Again'")
            .front()
            .integer(0),
        0
    );
}

Async<void> drop_one(sql::Database& database, std::string id)
{
    auto work = co_await database.begin(Access::write);
    co_await work->connection().query(
        insert_organization, Scope::organization(id), values(id, "Dropped")
    );
}

TEST_P(UnitsInParallel, ThoseDroppedAmongManyLeaveNothing)
{
    int done = 0;
    std::vector<Async<void>> works;
    for (int each = 0; each < 30; ++each) {
        works.push_back(insert_one(database(), "kept " + std::to_string(each), done));
        works.push_back(drop_one(database(), "dropped " + std::to_string(each)));
    }
    run(all_at_once(std::move(works)));
    EXPECT_EQ(done, 30);
    EXPECT_EQ(count(), 30);
}

TEST_P(UnitsInParallel, OneThatTakesTooLongIsRolledBack)
{
    constexpr auto timed_out = "gatehouse_database_units_timed_out_total";
    open({.unit_time = 1s});
    auto work = begin();
    insert(*work, "a");
    auto const before = metrics::value(timed_out);
    while (metrics::value(timed_out) == before)
        std::this_thread::yield();
    EXPECT_EQ(kind_thrown_by([&] { run(work->commit()); }), Kind::timeout);
    open({});
    EXPECT_EQ(count(), 0);
    auto next = begin();
    insert(*next, "b");
    run(next->commit());
    EXPECT_EQ(count(), 1);
}

TEST_P(UnitsInParallel, WhoWaitsTooLongForAConnectionIsTurnedAway)
{
    open({.waiting_time = 1s});
    std::vector<std::unique_ptr<sql::Transaction>> holders;
    for (int each = 0; each < (on_postgres() ? 4 : 1); ++each) {
        holders.push_back(begin());
        insert(*holders.back(), "holder " + std::to_string(each));
    }
    auto const asked = std::chrono::steady_clock::now();
    auto late = begin();
    try {
        insert(*late, "late");
        FAIL() << "a connection came from nowhere";
    } catch (sql::Overloaded const& error) {
        EXPECT_GE(error.retry_after_seconds(), 1);
    }
    EXPECT_GE(std::chrono::steady_clock::now() - asked, 900ms);
    holders.clear();
    open({});
    auto next = begin();
    insert(*next, "next");
    run(next->commit());
    EXPECT_EQ(count(), 1);
}

Async<void> insert_or_count_refused(sql::Database& database, std::string id, int& refused)
{
    auto work = co_await database.begin(Access::write);
    try {
        co_await work->connection().query(
            insert_organization, Scope::organization(id), values(id, "Name")
        );
        co_await work->commit();
    } catch (sql::Overloaded const&) {
        ++refused;
    }
}

Async<void> start_five(sql::Database& database, int& refused)
{
    for (int each = 0; each < 5; ++each)
        start(insert_or_count_refused(database, "waiting " + std::to_string(each), refused));
    co_return;
}

TEST_P(UnitsInParallel, MoreThanMayWaitAreTurnedAwayAtOnce)
{
    open({.waiting_units = 2, .waiting_time = 5s});
    std::vector<std::unique_ptr<sql::Transaction>> holders;
    for (int each = 0; each < (on_postgres() ? 4 : 1); ++each) {
        holders.push_back(begin());
        insert(*holders.back(), "holder " + std::to_string(each));
    }
    int refused = 0;
    run(start_five(database(), refused));
    EXPECT_EQ(refused, 3);
    holders.clear();
    while (outside().query("SELECT count(*) FROM organizations").front().integer(0) < 2
    ) // those let in
        run(loop().sleep(10ms));
    EXPECT_EQ(refused, 3);
}

} // namespace
} // namespace gatehouse::testing
