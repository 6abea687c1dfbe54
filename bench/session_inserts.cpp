// How many session rows a second come to disk: each with a commit of its own, and as the server
// writes them, those that wait together. Prints one line of JSON. Usage: session_inserts URL
// SECONDS
#include "core/event_loop.h"
#include "core/handoff.h"
#include "core/random.h"
#include "core/uuid.h"
#include "storage/postgres/open.h"
#include "storage/sql/engine.h"
#include "storage/sqlite/open.h"

#include <chrono>
#include <cstddef>
#include <cstdlib>
#include <iostream>
#include <memory>
#include <string>
#include <vector>

namespace {

using namespace gatehouse;
using Clock = std::chrono::steady_clock;

constexpr sql::Statement insert_session(
    "INSERT INTO sessions (id, organization_id, user_id, session_version, surface, ip_address, "
    "user_agent, auth_methods, created_at, last_seen_at, expires_at, absolute_expires_at) "
    "VALUES ($1, 'bench', 'bench', 0, 'organization', '192.0.2.1', 'bench', $2, $3, $3, $3, $3)"
);

struct Rush {
    sql::Database& database;
    Clock::time_point end;
    std::size_t left = 0;
    std::size_t written = 0;
    Handoff<bool> over{};
};

Async<void> insert_one_after_the_other(Rush& rush)
{
    SystemRandom random;
    auto const now = Instant::from_seconds(1'795'331'109);
    while (Clock::now() < rush.end) {
        auto const work = co_await rush.database.begin(sql::Access::write);
        auto bound = sql::values(mint_uuid(now, random), sql::TextList({"password"}), now);
        work->connection().later(
            insert_session, sql::Scope::organization("bench"), std::move(bound)
        );
        co_await work->commit();
        ++rush.written;
    }
    if (--rush.left == 0)
        rush.over.sender().deliver(true);
}

Async<double> rate(sql::Database& database, std::size_t in_parallel, double seconds)
{
    auto const began = Clock::now();
    auto const time
        = std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(seconds));
    Rush rush{.database = database, .end = began + time, .left = in_parallel};
    for (std::size_t each = 0; each < in_parallel; ++each)
        start(insert_one_after_the_other(rush));
    co_await rush.over.receive();
    std::chrono::duration<double> const took = Clock::now() - began;
    co_return static_cast<double>(rush.written) / took.count();
}

std::unique_ptr<sql::Database> open(std::string const& url, std::size_t connections, bool together)
{
    sql::EngineOptions engine;
    engine.waiting_time = std::chrono::seconds(60);
    if (!together) {
        engine.group_size = 1;
        engine.most_together = 1;
    }
    if (url.starts_with("sqlite:"))
        return sqlite::open(url, {.readers = 1, .engine = engine, .watch = {}});
    return postgres::open(
        url, {.connections = connections, .limits = {}, .role = "", .engine = engine}
    );
}

double measured(
    std::string const& url,
    std::size_t connections,
    std::size_t in_parallel,
    bool together,
    double seconds
)
{
    EventLoop loop;
    auto const database = open(url, connections, together);
    auto const warm = wait_for(loop, rate(*database, in_parallel, seconds / 4));
    auto const found = wait_for(loop, rate(*database, in_parallel, seconds));
    return warm > 0 ? found : 0;
}

} // namespace

int main(int count, char** arguments)
{
    if (count != 3) {
        std::cerr << "usage: session_inserts URL SECONDS\n";
        return 2;
    }
    std::string const url = arguments[1];
    double const seconds = std::strtod(arguments[2], nullptr);
    constexpr std::size_t crowd = 64;
    struct Way {
        char const* name;
        std::size_t connections;
        std::size_t in_parallel;
        bool together;
    };
    std::vector<Way> const ways{
        {"alone", 1, 1, false},
        {"one_connection_each_its_commit", 1, crowd, false},
        {"one_connection_together", 1, crowd, true},
        {"eight_connections_each_its_commit", 8, crowd, false},
        {"eight_connections_together", 8, crowd, true},
    };
    std::cout << "{";
    for (auto const& way : ways)
        std::cout << (&way == &ways.front() ? "" : ", ") << '"' << way.name << "\": "
                  << measured(url, way.connections, way.in_parallel, way.together, seconds);
    std::cout << "}\n";
    return 0;
}
