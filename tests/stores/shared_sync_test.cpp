// Units that wait together share one sync point on PostgreSQL, and nothing else: neither scopes nor
// failures.
#include "core/handoff.h"
#include "stores/postgres_fixture.h"
#include "support/cut_proxy.h"

#include <atomic>
#include <chrono>
#include <functional>
#include <thread>

namespace gatehouse::testing {
namespace {

using sql::Access;
using sql::Scope;
using sql::StorageError;
using sql::values;
using Kind = StorageError::Kind;

constexpr sql::Statement count_users("SELECT count(*) FROM users");
constexpr sql::Statement sleep_for("SELECT 1 FROM pg_sleep($1::float8)");
constexpr sql::Statement insert_user("INSERT INTO users (organization_id, email) VALUES ($1, $2)");

struct Seen {
    std::atomic<int> groups = 0; // that were sent
    std::atomic<int> largest = 0;
    std::atomic<int> alone = 0; // units that were committed by themselves
};

// Counts what the engine sends together.
class CountingTogether final : public sql::Driver {
public:
    CountingTogether(std::unique_ptr<sql::Driver> inner, Seen& seen)
        : inner_(std::move(inner))
        , seen_(seen)
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
        ++seen_.alone;
        return inner_->commit(calls, deadline);
    }
    std::size_t most_together() const noexcept override { return inner_->most_together(); }
    sql::Together commit_together(
        std::span<std::span<sql::Call const> const> units, sql::Deadline deadline
    ) override
    {
        ++seen_.groups;
        seen_.largest = std::max(seen_.largest.load(), static_cast<int>(units.size()));
        return inner_->commit_together(units, deadline);
    }
    void settle(sql::Deadline deadline) override { inner_->settle(deadline); }
    void rollback() noexcept override { inner_->rollback(); }

private:
    std::unique_ptr<sql::Driver> inner_;
    Seen& seen_;
};

// How one unit ended.
struct End {
    bool done = false;
    bool unknown = false;
    bool overloaded = false;
    std::optional<Kind> failed;
    std::int64_t number = -1; // of its last row
};

struct Ends {
    std::vector<End> of;
    std::size_t left = 0;
    Handoff<bool> all;
};

struct Member {
    Access access = Access::write;
    sql::Statement const* statement;
    Scope scope = Scope::directory();
    sql::Values values = {};
};

Async<void> ask(sql::Database& database, Member member, End& end)
{
    auto const rows = co_await database.reads().query(
        *member.statement, std::move(member.scope), std::move(member.values)
    );
    end.number = rows.front().optional_integer(0).value_or(-1);
}

Async<void> write(sql::Database& database, Member member)
{
    auto const work = co_await database.begin(Access::write);
    work->connection().later(*member.statement, std::move(member.scope), std::move(member.values));
    co_await work->commit();
}

Async<void> run_one(sql::Database& database, Member member, Ends& ends, std::size_t at)
{
    auto& end = ends.of[at];
    try {
        if (member.access == Access::read)
            co_await ask(database, std::move(member), end);
        else
            co_await write(database, std::move(member));
        end.done = true;
    } catch (StorageError const& error) {
        end.failed = error.kind();
    } catch (sql::OutcomeUnknown const&) {
        end.unknown = true;
    } catch (Overloaded const&) {
        end.overloaded = true;
    }
    if (--ends.left == 0)
        ends.all.sender().deliver(true);
}

class SharedSync : public PostgresFixture {
protected:
    void SetUp() override
    {
        PostgresFixture::SetUp();
        open_counted(store_->url(), {}, {});
    }

    void
    open_counted(std::string const& url, postgres::Limits const& limits, sql::EngineOptions options)
    {
        database_.reset();
        auto drivers = postgres::drivers(url, 1, limits, std::string(postgres::default_role));
        drivers.writers[0]
            = std::make_unique<CountingTogether>(std::move(drivers.writers[0]), seen_);
        database_ = sql::make_database(std::move(drivers), options);
    }

    // All of them wait for the one connection until it comes free, so that they find each other.
    std::vector<End> together(std::vector<Member> members, std::function<void()> meanwhile = {})
    {
        Ends ends;
        ends.of.resize(members.size());
        run(gather(std::move(members), ends, std::move(meanwhile)));
        return ends.of;
    }

    static Member insert(std::string id)
    {
        return {.statement = &insert_organization, .values = values(std::move(id))};
    }
    static Member read(sql::Statement const& statement, Scope scope, sql::Values bound = {})
    {
        return {
            .access = Access::read,
            .statement = &statement,
            .scope = std::move(scope),
            .values = std::move(bound)
        };
    }
    void add_house(std::string const& id, int people)
    {
        insert_and_commit(id);
        for (int each = 0; each < people; ++each)
            store_->query(
                "INSERT INTO users (organization_id, email) VALUES ($1, $2)",
                values(id, id + std::to_string(each) + "@example.test")
            );
    }
    // Once the group's backend waits for a lock.
    void when_it_waits(std::string const& command)
    {
        auto const waits = "SELECT count(" + command
            + ") FROM pg_stat_activity WHERE datname = "
              "current_database() AND wait_event_type = 'Lock'";
        for (int tries = 0; tries < 5000; ++tries) {
            if (store_->query(waits).front().integer(0) > 0)
                return;
            std::this_thread::sleep_for(std::chrono::milliseconds(1));
        }
        FAIL() << "nobody waited for the lock";
    }

    Seen seen_;
    std::function<void()> before_; // the members are let go

private:
    Async<void> gather(std::vector<Member> members, Ends& ends, std::function<void()> meanwhile)
    {
        auto holder = co_await database_->begin(Access::write);
        co_await holder->connection().query(count_organizations, Scope::directory(), {});
        seen_.alone = 0;
        ends.left = members.size();
        for (std::size_t at = 0; at < members.size(); ++at)
            start(run_one(*database_, std::move(members[at]), ends, at));
        if (before_)
            before_();
        holder.reset(); // rolls back
        if (meanwhile)
            meanwhile();
        co_await ends.all.receive();
    }
};
INSTANTIATE_ON_POSTGRES(SharedSync);

TEST_P(SharedSync, WritesThatWaitAreCommittedAtOnce)
{
    std::vector<Member> members;
    for (int each = 0; each < 20; ++each)
        members.push_back(insert("organization " + std::to_string(each)));
    auto const ends = together(std::move(members));
    for (auto const& end : ends)
        EXPECT_TRUE(end.done);
    EXPECT_EQ(count(), 20);
    EXPECT_EQ(seen_.groups, 1);
    EXPECT_EQ(seen_.alone, 0);
}

TEST_P(SharedSync, AGroupIsNoLargerThanItMayBe)
{
    open_counted(store_->url(), {}, {.most_together = 8});
    std::vector<Member> members;
    for (int each = 0; each < 20; ++each)
        members.push_back(insert("organization " + std::to_string(each)));
    together(std::move(members));
    EXPECT_EQ(count(), 20);
    EXPECT_EQ(seen_.largest, 8);
    EXPECT_EQ(seen_.groups, 3);
}

TEST_P(SharedSync, EachReadsWithinItsOwnScope)
{
    add_house("a", 1);
    add_house("b", 2);
    auto const ends = together(
        {read(count_users, Scope::organization("a")),
         read(count_users, Scope::global()),
         read(count_users, Scope::organization("b")),
         read(count_users, Scope::directory()),
         read(count_users, Scope::global()),
         read(count_users, Scope::organization("nowhere")),
         read(count_users, Scope::person("b", "nobody"))}
    );
    std::vector<std::int64_t> seen;
    for (auto const& end : ends)
        seen.push_back(end.number);
    EXPECT_EQ(seen, (std::vector<std::int64_t>{1, 0, 2, 3, 0, 0, 2}));
    EXPECT_EQ(seen_.groups, 1) << "they were to share a sync point";
    EXPECT_EQ(seen_.alone, 0);
}

TEST_P(SharedSync, NobodyWritesWithinTheScopeOfANeighbour)
{
    add_house("a", 0);
    add_house("b", 0);
    auto const mail = [](char const* house, char const* text, Scope scope) {
        return Member{
            .statement = &insert_user, .scope = std::move(scope), .values = values(house, text)
        };
    };
    // Nobody else's failure takes the group apart here: what is written wrongly stays written.
    auto const pair = together(
        {mail("a", "one@example.test", Scope::organization("a")),
         mail("a", "two@example.test", Scope::organization("b"))}
    );
    EXPECT_TRUE(pair[0].done);
    EXPECT_EQ(pair[1].failed, Kind::broken) << "row-level security";
    auto const ends = together(
        {mail("b", "three@example.test", Scope::organization("b")),
         mail("b", "four@example.test", Scope::global())}
    );
    EXPECT_TRUE(ends[0].done);
    EXPECT_EQ(ends[1].failed, Kind::broken);
    EXPECT_EQ(seen_.groups, 2);
    EXPECT_EQ(store_->query("SELECT count(*) FROM users").front().integer(0), 2);
}

TEST_P(SharedSync, AConflictIsItsOwnUnitsAlone)
{
    insert_and_commit("there");
    auto const ends = together({insert("a"), insert("there"), insert("b"), insert("c")});
    EXPECT_EQ(ends[1].failed, Kind::conflict);
    for (auto const at : {0, 2, 3})
        EXPECT_TRUE(ends[static_cast<std::size_t>(at)].done);
    EXPECT_EQ(count(), 4);
    EXPECT_EQ(seen_.groups, 1);
    EXPECT_EQ(seen_.alone, 4) << "each of them once more, by itself";
}

TEST_P(SharedSync, OfTwoWithOneKeyTheFirstWins)
{
    auto const ends = together({insert("a"), insert("a"), insert("b")});
    EXPECT_TRUE(ends[0].done);
    EXPECT_EQ(ends[1].failed, Kind::conflict);
    EXPECT_TRUE(ends[2].done);
    EXPECT_EQ(count(), 2);
}

TEST_P(SharedSync, ATextThatCannotBeSentIsItsOwnUnitsAlone)
{
    auto const ends = together({insert("a"), insert(std::string("a\0b", 3)), insert("b")});
    EXPECT_TRUE(ends[1].failed);
    EXPECT_TRUE(ends[0].done && ends[2].done);
    EXPECT_EQ(count(), 2);
}

// Nobody waits for the waiting of all who were in the group before them.
TEST_P(SharedSync, WhoIsTriedAloneWaitsNoLongerThanForAConnection)
{
    add_house("a", 1);
    auto const outside = store_->connect();
    outside->script("BEGIN; LOCK TABLE users IN ACCESS EXCLUSIVE MODE");
    open_counted(store_->url(), {.lock = 300ms}, {.waiting_time = 500ms});
    std::vector<Member> members;
    for (int each = 0; each < 16; ++each)
        members.push_back(read(count_users, Scope::organization("a")));
    auto const begun = std::chrono::steady_clock::now();
    auto const ends = together(std::move(members));
    EXPECT_LT(std::chrono::steady_clock::now() - begun, 3s) << "16 times 300 ms and more";
    EXPECT_EQ(ends.front().failed, Kind::timeout);
    EXPECT_TRUE(ends.back().overloaded);
    outside->script("ROLLBACK");
    EXPECT_TRUE(together({read(count_users, Scope::organization("a"))}).front().done);
}

TEST_P(SharedSync, ReadsAndWritesDoNotShare)
{
    add_house("a", 1);
    auto const ends = together(
        {read(count_users, Scope::organization("a")),
         read(count_users, Scope::organization("a")),
         insert("b"),
         insert("c"),
         read(count_users, Scope::organization("a"))}
    );
    for (auto const& end : ends)
        EXPECT_TRUE(end.done);
    EXPECT_EQ(seen_.groups, 2);
    EXPECT_EQ(seen_.alone, 1);
}

TEST_P(SharedSync, WhatLocksGoesAlone)
{
    constexpr static sql::Statement lock("SELECT id FROM organizations WHERE id = $1 FOR UPDATE");
    constexpr static sql::Statement change("UPDATE organizations SET name = 'New' WHERE id = $1");
    constexpr static sql::Statement upsert("INSERT INTO organizations (id, name) VALUES ($1, 'N') "
                                           "ON CONFLICT (id) DO UPDATE SET name = 'N'");
    insert_and_commit("a");
    for (auto const* const statement : {&lock, &change, &upsert}) {
        Member const one{.statement = statement, .values = values("a")};
        EXPECT_FALSE(statement->only_adds());
        auto const ends = together({one, one, one});
        EXPECT_TRUE(ends[0].done && ends[1].done && ends[2].done);
    }
    EXPECT_TRUE(insert_organization.only_adds());
    EXPECT_EQ(seen_.groups, 0);
}

TEST_P(SharedSync, WhoIsSlowHoldsUpNobodyForLongAndGoesAloneFromThenOn)
{
    open_counted(store_->url(), {.statement_together = 50ms}, {});
    auto const slow = read(sleep_for, Scope::global(), values(0.3));
    auto const look = read(count_organizations, Scope::directory());
    auto const ends = together({look, slow, look});
    EXPECT_TRUE(ends[0].done && ends[1].done && ends[2].done) << "all of it is answered";
    EXPECT_EQ(seen_.groups, 1);
    EXPECT_EQ(seen_.alone, 3);
    together({look, look, slow});
    EXPECT_EQ(seen_.groups, 2);
    EXPECT_EQ(seen_.largest, 3);
    EXPECT_EQ(seen_.alone, 1) << "the slow one, and nobody because of it";
}

TEST_P(SharedSync, WhoWaitsForALockDoesSoAlone)
{
    auto const outside = store_->connect();
    outside->script("BEGIN; INSERT INTO organizations (id, name) VALUES ('held', 'Name')");
    auto const ends = together({insert("a"), insert("held"), insert("b")}, [&] {
        when_it_waits("pid");
        std::this_thread::sleep_for(std::chrono::milliseconds(100)); // past lock_together
        outside->script("ROLLBACK");
    });
    EXPECT_TRUE(ends[0].done && ends[1].done && ends[2].done);
    EXPECT_EQ(count(), 3);
}

TEST_P(SharedSync, WhoIsCancelledIsTriedOnceMore)
{
    open_counted(store_->url(), {.statement_together = 2s, .lock_together = 2s}, {});
    auto const outside = store_->connect();
    outside->script("BEGIN; INSERT INTO organizations (id, name) VALUES ('held', 'Name')");
    auto const ends = together({insert("a"), insert("held"), insert("b")}, [&] {
        when_it_waits("pg_cancel_backend(pid)");
        outside->script("ROLLBACK");
    });
    EXPECT_TRUE(ends[0].done && ends[1].done && ends[2].done);
    EXPECT_EQ(count(), 3);
    EXPECT_EQ(seen_.alone, 3);
}

// COMMIT was on its way with the statements: nobody can tell from here, and nobody is told "done".
TEST_P(SharedSync, AConnectionKilledInTheMiddleIsUnknownToAll)
{
    open_counted(store_->url(), {.statement_together = 2s, .lock_together = 2s}, {});
    auto const outside = store_->connect();
    outside->script("BEGIN; INSERT INTO organizations (id, name) VALUES ('held', 'Name')");
    auto const ends = together({insert("a"), insert("held"), insert("b")}, [&] {
        when_it_waits("pg_terminate_backend(pid)");
        outside->script("ROLLBACK");
    });
    for (auto const& end : ends)
        EXPECT_TRUE(end.unknown);
    EXPECT_EQ(count(), 0);
    insert_and_commit("next");
    EXPECT_EQ(count(), 1);
}

TEST_P(SharedSync, AnAnswerThatIsLostIsUnknownToAll)
{
    CutProxy proxy(store_->url());
    open_counted(proxy.url(), {}, {});
    before_ = [&] {
        proxy.arm(Cut::after_commit);
    };
    auto const ends = together({insert("a"), insert("b"), insert("c")});
    EXPECT_TRUE(proxy.has_struck());
    for (auto const& end : ends)
        EXPECT_TRUE(end.unknown);
    EXPECT_EQ(count(), 3) << "it was done";
    database_.reset();
}

TEST_P(SharedSync, ACommitThatNeverArrivesIsUnknownToAll)
{
    CutProxy proxy(store_->url());
    open_counted(proxy.url(), {}, {});
    before_ = [&] {
        proxy.arm(Cut::before_commit);
    };
    auto const ends = together({insert("a"), insert("b"), insert("c")});
    EXPECT_TRUE(proxy.has_struck());
    for (auto const& end : ends)
        EXPECT_TRUE(end.unknown);
    EXPECT_EQ(count(), 0);
    database_.reset();
}

TEST_P(SharedSync, ReadsWhoseAnswersAreLostHaveFailed)
{
    CutProxy proxy(store_->url());
    open_counted(proxy.url(), {}, {});
    before_ = [&] {
        proxy.arm(Cut::after_commit);
    };
    auto const look = read(count_organizations, Scope::directory());
    auto const ends = together({look, look});
    EXPECT_TRUE(proxy.has_struck());
    for (auto const& end : ends)
        EXPECT_EQ(end.failed, Kind::unavailable);
    database_.reset();
}

// Else a request that reads twice would keep one of few connections while it computes.
TEST_P(SharedSync, AUnitThatReadsKeepsNoConnectionBetweenItsStatements)
{
    auto look = run(database_->begin(Access::read));
    EXPECT_EQ(query(*look, count_organizations).front().integer(0), 0);
    insert_and_commit("a"); // on the one connection there is
    EXPECT_EQ(query(*look, count_organizations).front().integer(0), 1);
    run(look->commit());
}

} // namespace
} // namespace gatehouse::testing
