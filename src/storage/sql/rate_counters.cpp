// Durable counters by key, in slots of five minutes.
#include "domain/mail_requests.h"

#include "storage/sql/stores.h"

namespace gatehouse::sql {
namespace {
using domain::CountedWindow;
using domain::RateCounters;

constexpr Duration slot_length = 5min;

// No node: what these count is decided in the database, for all nodes together.
constexpr Statement
    add_one("INSERT INTO rate_counters (bucket, node, window_start, count, updated_at) "
            "VALUES ($1, '', $2, 1, $3) ON CONFLICT (bucket, window_start, node) "
            "DO UPDATE SET count = rate_counters.count + 1, updated_at = $3");
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
        auto const slot = Instant::from_milliseconds(
            now.milliseconds() / slot_length.count() * slot_length.count()
        );
        connection_.later(add_one, Scope::global(), values(key, slot, now));
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
