// What only PostgreSQL does: connections break, locks are waited for, scopes are told.
#include "stores/postgres_fixture.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <thread>

namespace gatehouse::testing {
namespace {

using sql::Scope;
using sql::StorageError;
using sql::values;
using Kind = StorageError::Kind;

constexpr sql::Statement own_process("SELECT pg_backend_pid()");
constexpr sql::Statement told_scope("SELECT current_setting('app.organization_id', true), "
                                    "current_setting('app.current_user_id', true)");
constexpr sql::Statement sleep_long("SELECT pg_sleep(30)");
constexpr sql::Statement lock_row("SELECT id FROM organizations WHERE id = $1 FOR UPDATE");
constexpr sql::Statement settings(
    "SELECT current_setting('TimeZone'), current_setting('search_path'), "
    "current_setting('statement_timeout'), "
    "current_setting('lock_timeout'), current_setting('idle_in_transaction_session_timeout'), now()"
);

// Takes connections, and never says a word.
class SilentServer {
public:
    SilentServer()
        : listener_(::socket(AF_INET, SOCK_STREAM, 0))
    {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t size = sizeof address;
        auto* const plain = reinterpret_cast<sockaddr*>(&address);
        bool const listens = ::bind(listener_, plain, size) == 0 && ::listen(listener_, 16) == 0
            && ::getsockname(listener_, plain, &size) == 0;
        if (!listens)
            throw std::runtime_error("no socket to listen on");
        port_ = ntohs(address.sin_port);
    }
    ~SilentServer() { ::close(listener_); }
    SilentServer(SilentServer const&) = delete;
    SilentServer& operator=(SilentServer const&) = delete;
    std::string url() const
    {
        return "postgresql://nobody@127.0.0.1:" + std::to_string(port_) + "/nothing";
    }

private:
    int listener_;
    int port_ = 0;
};

class Postgres : public PostgresFixture { };
INSTANTIATE_ON_POSTGRES(Postgres);

TEST_P(Postgres, SessionsSpeakUtcFindTheTablesAndHaveLimits)
{
    auto work = begin();
    auto const rows = query(*work, settings);
    auto const row = rows.front();
    EXPECT_EQ(row.text(0), "UTC");
    EXPECT_EQ(row.text(1), "auth, public");
    EXPECT_EQ(row.text(2), "2500ms");
    EXPECT_EQ(row.text(3), "2s");
    EXPECT_EQ(row.text(4), "10s");
    EXPECT_LT(SystemClock().now() - row.instant(5), 60s);
}

// D-30: what is read after waiting for a lock is what is true then, whatever the database prefers.
TEST_P(Postgres, UnitsReadWhatIsCommittedWhateverTheDefaultOfTheDatabaseIs)
{
    constexpr static sql::Statement isolation("SELECT current_setting('transaction_isolation')");
    store_->run("DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET "
                "default_transaction_isolation = serializable', current_database()); END $$");
    open(store_->url(), 1, postgres::Limits());
    auto work = begin();
    EXPECT_EQ(query(*work, isolation).front().text(0), "read committed");
    run(work->commit());
    auto look = run(database_->begin(sql::Access::read));
    EXPECT_EQ(query(*look, isolation).front().text(0), "read committed");
}

TEST_P(Postgres, EveryStatementIsToldItsScopeAndNoneTheLastOnes)
{
    auto work = begin();
    auto const told = [&](Scope scope) {
        auto const rows = query(*work, told_scope, {}, std::move(scope));
        return rows.front().optional_text(0).value_or("") + "/"
            + rows.front().optional_text(1).value_or("");
    };
    EXPECT_EQ(told(Scope::global()), "/");
    EXPECT_EQ(told(Scope::organization("o")), "o/");
    EXPECT_EQ(told(Scope::organization("o")), "o/");
    EXPECT_EQ(told(Scope::person("o", "u")), "o/u");
    EXPECT_EQ(told(Scope::organization("p")), "p/");
    EXPECT_EQ(told(Scope::directory()), "*/");
    EXPECT_EQ(told(Scope::global()), "/");
    EXPECT_EQ(told(Scope::organization("'; DROP TABLE users; --")), "'; DROP TABLE users; --/");
    run(work->commit());

    auto next = begin(); // on the same connection: nothing is left over
    auto const rows = query(*next, told_scope, {}, Scope::global());
    EXPECT_EQ(rows.front().optional_text(0).value_or(""), "");
    EXPECT_EQ(rows.front().optional_text(1).value_or(""), "");
}

TEST_P(Postgres, AKilledConnectionFailsItsUnitAndTheNextGetsAFreshOne)
{
    auto work = begin();
    query(*work, insert_organization, values("a"));
    auto const killed = query(*work, own_process).front().integer(0);
    store_->query("SELECT pg_terminate_backend($1::integer)", values(killed));
    EXPECT_EQ(kind_thrown_by([&] { query(*work, count_organizations); }), Kind::unavailable);
    EXPECT_TRUE(kind_thrown_by([&] { run(work->commit()); }));
    EXPECT_EQ(count(), 0);

    auto next = begin();
    EXPECT_NE(query(*next, own_process).front().integer(0), killed);
    run(next->commit());
}

TEST_P(Postgres, AConnectionKilledBetweenUnitsIsReplacedUnnoticed)
{
    auto work = begin();
    auto const killed = query(*work, own_process).front().integer(0);
    run(work->commit());
    store_->query("SELECT pg_terminate_backend($1::integer)", values(killed));
    while (
        store_
            ->query("SELECT count(*) FROM pg_stat_activity WHERE pid = $1::integer", values(killed))
            .front()
            .integer(0)
        > 0
    )
        std::this_thread::yield();
    insert_and_commit("a");
    EXPECT_EQ(count(), 1);
}

TEST_P(Postgres, AConnectionFoundDeadBeforeCommitIsAFailureAndNotUnknown)
{
    auto work = begin();
    query(*work, insert_organization, values("a"));
    auto const killed = query(*work, own_process).front().integer(0);
    store_->query("SELECT pg_terminate_backend($1::integer)", values(killed));
    while (
        store_
            ->query("SELECT count(*) FROM pg_stat_activity WHERE pid = $1::integer", values(killed))
            .front()
            .integer(0)
        > 0
    )
        std::this_thread::yield();
    EXPECT_EQ(kind_thrown_by([&] { run(work->commit()); }), Kind::unavailable);
    EXPECT_EQ(count(), 0);
}

TEST_P(Postgres, AStatementThatTakesTooLongIsATimeOut)
{
    open(store_->url(), 1, {.statement = 100ms});
    auto work = begin();
    EXPECT_EQ(kind_thrown_by([&] { query(*work, sleep_long); }), Kind::timeout);
    open(store_->url(), 1, {});
    insert_and_commit("a");
}

TEST_P(Postgres, AServerThatDoesNotAnswerIsATimeOutOfOurOwn)
{
    open(store_->url(), 1, {.reply = 200ms, .statement = 20s});
    auto const asked = std::chrono::steady_clock::now();
    auto work = begin();
    EXPECT_EQ(kind_thrown_by([&] { query(*work, sleep_long); }), Kind::timeout);
    EXPECT_LT(std::chrono::steady_clock::now() - asked, 20s); // of the 30 that were asked for
    open(store_->url(), 1, {});
    insert_and_commit("a");
}

TEST_P(Postgres, ALockThatIsNotGivenIsATimeOut)
{
    open(store_->url(), 2, {.lock = 100ms});
    insert_and_commit("a");
    auto holder = begin();
    query(*holder, lock_row, values("a"));
    auto waiting = begin();
    EXPECT_EQ(kind_thrown_by([&] { query(*waiting, lock_row, values("a")); }), Kind::timeout);
    run(holder->commit());
    auto next = begin();
    EXPECT_EQ(query(*next, lock_row, values("a")).size(), 1u);
}

TEST_P(Postgres, AServerThatIsNotThereIsUnavailableAndIsNotStormed)
{
    open("postgresql://nobody@127.0.0.1:1/nothing", 1, postgres::Limits());
    for (int each = 0; each < 3; ++each) {
        auto work = begin();
        EXPECT_EQ(kind_thrown_by([&] { query(*work, count_organizations); }), Kind::unavailable);
    }
    EXPECT_THROW(postgres::open_schema("postgresql://nobody@127.0.0.1:1/nothing"), StorageError);
}

// A secondary control, as the score of a sign-in, does not wait for a connection that is being
// made.
TEST_P(Postgres, WhoIsInAHurryDoesNotWaitForAConnectionThatIsBeingMade)
{
    SilentServer const silent;
    open(silent.url(), 1, postgres::Limits());
    for (int each = 0; each < 2; ++each) { // at the second the connection is still being made
        auto const asked = std::chrono::steady_clock::now();
        auto work = run(database_->begin(sql::Access::read, 50ms));
        EXPECT_THROW(query(*work, count_organizations), std::runtime_error);
        EXPECT_LT(std::chrono::steady_clock::now() - asked, 1s);
    }
    auto const asked = std::chrono::steady_clock::now();
    auto work = begin();
    EXPECT_EQ(kind_thrown_by([&] { query(*work, count_organizations); }), Kind::unavailable);
    EXPECT_GT(std::chrono::steady_clock::now() - asked, 100ms) << "others wait for it";
}

TEST_P(Postgres, WhoIsInAHurryIsAnsweredInTime)
{
    auto work = run(database_->begin(sql::Access::read, 60s));
    EXPECT_EQ(query(*work, count_organizations).front().integer(0), 0);
    run(work->commit());
    auto late = run(database_->begin(sql::Access::read, 50ms));
    auto const asked = std::chrono::steady_clock::now();
    EXPECT_THROW(query(*late, sleep_long), std::runtime_error);
    EXPECT_LT(std::chrono::steady_clock::now() - asked, 1s);
    insert_and_commit("a");
}

TEST_P(Postgres, AReadOnlyServerRefusesWritesAndPretendsNothing)
{
    store_->run("DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET default_transaction_read_only = "
                "on', current_database()); END $$");
    open(store_->url(), 1, postgres::Limits());
    auto work = begin();
    EXPECT_EQ(
        kind_thrown_by([&] { query(*work, insert_organization, values("a")); }), Kind::unavailable
    );
    EXPECT_EQ(
        run(database_->reads().query(count_organizations, Scope::directory(), {}))
            .front()
            .integer(0),
        0
    );
}

TEST_P(Postgres, PreparedStatementsThatTheServerForgotCostOneFailure)
{
    constexpr static sql::Statement forget("DEALLOCATE ALL");
    insert_and_commit("a");
    auto work = begin();
    query(*work, forget);
    run(work->commit());
    EXPECT_TRUE(kind_thrown_by([&] { insert_and_commit("b"); }));
    insert_and_commit("b");
    EXPECT_EQ(count(), 2);
}

} // namespace
} // namespace gatehouse::testing
