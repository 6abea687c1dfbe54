// Durable counters by key: what was counted at which moment, summed over a window that slides.
#include "domain/mail_requests.h"

#include "storage/sql/stores.h"

namespace gatehouse::sql {
namespace {
using domain::CountedWindow;
using domain::RateCounters;

// Whoever counts the same key waits here: two that look at once would both see room for the last.
constexpr auto lock_key = either(
    {.postgres = "SELECT pg_advisory_xact_lock(hashtextextended('counter ' || $1::text, 0))",
     .sqlite = "SELECT $1"}
);
// A row for each millisecond: what is refused is rolled back, so a key has no more of them than its
// ceiling. No node: what these count is decided in the database, for all nodes together.
constexpr Statement
    add_one("INSERT INTO rate_counters (bucket, node, window_start, count, updated_at) "
            "VALUES ($1, '', $2, 1, $2) ON CONFLICT (bucket, window_start, node) "
            "DO UPDATE SET count = rate_counters.count + 1, updated_at = $2");
constexpr Statement sum_up("SELECT CAST(COALESCE(sum(count), 0) AS bigint), min(window_start) "
                           "FROM rate_counters WHERE bucket = $1 AND window_start > $2");

class SqlRateCounters final : public RateCounters {
public:
    explicit SqlRateCounters(Connection& connection)
        : connection_(connection)
    {
    }

    Async<CountedWindow> add(std::string key, Instant now, Duration length) override
    {
        connection_.later(lock_key, Scope::global(), values(key));
        connection_.later(add_one, Scope::global(), values(key, now));
        auto const rows
            = co_await connection_.query(sum_up, Scope::global(), values(key, now - length));
        auto const row = rows.front();
        co_return CountedWindow{
            .count = row.integer(0), .began = row.optional_instant(1).value_or(now)
        };
    }

private:
    Connection& connection_;
};

} // namespace

std::unique_ptr<domain::RateCounters> make_rate_counters(Connection& connection)
{
    return std::make_unique<SqlRateCounters>(connection);
}

} // namespace gatehouse::sql
