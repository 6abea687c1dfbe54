// Tries to sign in: the rows behind the lockout rule.
#include "domain/attempts.h"

#include "storage/sql/join.h"
#include "storage/sql/stores.h"

namespace gatehouse::sql {
namespace {
using domain::Attempt;
using domain::AttemptMethod;
using domain::Attempts;
using domain::CanonicalAddress;
using domain::FailureWindow;
using domain::OrganizationId;
using domain::to_text;
using domain::UserId;

constexpr auto lock_address = either(
    {.postgres = "SELECT pg_advisory_xact_lock(hashtextextended('address ' || $1::text, 0))",
     .sqlite = "SELECT $1"}
);

// Which failed rows count: those of live users while a live user has the address, else those
// without a user (spec/database 3.5). A re-created person starts clean.
constexpr Text counted_head = "SELECT a.id, a.attempted_at, a.throttled FROM login_attempts a "
                              "WHERE a.email = $1 AND a.method = $2 AND a.successful = false "
                              "AND a.attempted_at > $3 AND "
                              "CASE WHEN EXISTS (SELECT 1 FROM users WHERE ";
constexpr Text counted_tail
    = " = $1 AND deleted_at IS NULL) "
      "THEN EXISTS (SELECT 1 FROM users o WHERE o.id = a.user_id AND o.deleted_at IS NULL) "
      "ELSE a.user_id IS NULL END";
constexpr Text window_tail
    = "), evaluated AS (SELECT attempted_at FROM counted WHERE throttled = false "
      "ORDER BY attempted_at DESC, id DESC LIMIT 5) "
      "SELECT max(attempted_at), min(attempted_at), count(*), "
      "(SELECT count(*) FROM counted WHERE attempted_at >= (SELECT min(attempted_at) FROM "
      "evaluated)) "
      "FROM evaluated";
constexpr auto select_window = either(
    {.postgres = joined<
         "WITH counted AS (",
         counted_head,
         postgres_user_canonical,
         counted_tail,
         window_tail>,
     .sqlite
     = joined<"WITH counted AS (", counted_head, sqlite_canonical, counted_tail, window_tail>}
);

constexpr Statement select_window_of(joined<
                                     "WITH counted AS (SELECT id, attempted_at, throttled FROM "
                                     "login_attempts WHERE user_id = $1 AND method = $2 AND "
                                     "successful = false AND attempted_at > $3",
                                     window_tail>);
constexpr Statement count_failed_since(
    "SELECT count(*) FROM login_attempts a WHERE a.email = $1 AND a.method = 'password' "
    "AND a.successful = false AND a.attempted_at > $2 "
    "AND EXISTS (SELECT 1 FROM users o WHERE o.id = a.user_id AND o.deleted_at IS NULL)"
);
constexpr Statement clear_failures_of("DELETE FROM login_attempts WHERE user_id = $1 "
                                      "AND method = $2 AND successful = false");

// No id: the sequence gives it. A lockout that counted nothing once began with an id brought along.
constexpr Statement insert_attempt("INSERT INTO login_attempts (email, user_id, organization_id, "
                                   "ip_address, successful, throttled, "
                                   "method, attempted_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)");

constexpr Text clear_head
    = "DELETE FROM login_attempts WHERE email = $1 AND method = $2 AND successful = false "
      "AND (organization_id = $3 OR (SELECT count(*) FROM users WHERE ";
constexpr Text clear_tail = " = $1 AND deleted_at IS NULL) <= 1)";
constexpr auto clear_failures = either(
    {.postgres = joined<clear_head, postgres_user_canonical, clear_tail>,
     .sqlite = joined<clear_head, sqlite_canonical, clear_tail>}
);

constexpr Statement clear_all_failures(
    "DELETE FROM login_attempts WHERE email = $1 AND method = $2 AND successful = false"
);

// What is older has no part in any verdict (15 minutes for five failures, then 30 minutes closed),
// and an address that is knocked at all day must not become slow to ask about.
constexpr Duration longest_effect = 45min;

class SqlAttempts final : public Attempts {
public:
    explicit SqlAttempts(Connection& connection)
        : connection_(connection)
    {
    }

    Async<void> lock(CanonicalAddress address) override
    {
        co_await connection_.query(lock_address, Scope::global(), values(address));
    }

    Async<FailureWindow>
    failures(CanonicalAddress address, AttemptMethod method, Instant now) override
    {
        auto bound = values(address, to_text(method), now - longest_effect);
        auto const rows
            = co_await connection_.query(select_window, Scope::directory(), std::move(bound));
        co_return window_of(rows);
    }

    Async<FailureWindow> failures_of(UserId user, AttemptMethod method, Instant now) override
    {
        auto bound = values(user, to_text(method), now - longest_effect);
        auto const rows
            = co_await connection_.query(select_window_of, Scope::global(), std::move(bound));
        co_return window_of(rows);
    }

    Async<std::int64_t> failed_since(CanonicalAddress address, Instant since) override
    {
        auto const rows = co_await connection_.query(
            count_failed_since, Scope::directory(), values(address, since)
        );
        co_return rows.front().integer(0);
    }

    Async<void> record(Attempt attempt) override
    {
        auto bound = values(
            attempt.address,
            attempt.user_id,
            attempt.organization_id,
            attempt.ip_address,
            attempt.successful,
            attempt.throttled,
            to_text(attempt.method),
            attempt.attempted_at
        );
        connection_.later(insert_attempt, Scope::global(), std::move(bound));
        co_return;
    }

    Async<void>
    clear(CanonicalAddress address, AttemptMethod method, OrganizationId organization) override
    {
        connection_.later(
            clear_failures, Scope::directory(), values(address, to_text(method), organization)
        );
        co_return;
    }

    Async<void> clear_all(CanonicalAddress address, AttemptMethod method) override
    {
        connection_.later(clear_all_failures, Scope::global(), values(address, to_text(method)));
        co_return;
    }

    Async<void> clear_of(UserId user, AttemptMethod method) override
    {
        connection_.later(clear_failures_of, Scope::global(), values(user, to_text(method)));
        co_return;
    }

private:
    static FailureWindow window_of(Rows const& rows)
    {
        auto const row = rows.front();
        FailureWindow window;
        window.newest = row.optional_instant(0);
        if (row.integer(2) == 5)
            window.fifth_newest = row.optional_instant(1);
        window.since_fifth = row.integer(3);
        return window;
    }

    Connection& connection_;
};

} // namespace

std::unique_ptr<domain::Attempts> make_attempts(Connection& connection)
{
    return std::make_unique<SqlAttempts>(connection);
}

} // namespace gatehouse::sql
