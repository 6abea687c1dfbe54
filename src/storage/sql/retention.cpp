// Retention settings, legal holds, and taking away what has ended.
#include "domain/retention.h"

#include "domain/changed.h"
#include "storage/sql/ended_rows.h"
#include "storage/sql/join.h"
#include "storage/sql/person_data.h"

namespace gatehouse::sql {
namespace {
using domain::Ended;
using domain::LegalHold;
using domain::OrganizationId;
using domain::Retention;
using domain::RetentionSettings;
using domain::SessionId;
using domain::UserId;

constexpr auto lock_job
    = either({.postgres = "SELECT pg_try_advisory_xact_lock(7235871540014)", .sqlite = "SELECT 1"});
constexpr auto wait_for_job = either(
    {.postgres = "SELECT 1 FROM (SELECT pg_advisory_xact_lock(7235871540014)) l",
     .sqlite = "SELECT 1"}
);
constexpr Text days = "attempt_days, session_days, token_days, mail_days, ledger_days";
constexpr Statement
    select_settings(joined<"SELECT ", days, " FROM retention_settings WHERE organization_id = $1">);
constexpr Statement put_row(joined<
                            "INSERT INTO retention_settings (organization_id, ",
                            days,
                            ", updated_at) VALUES ($1, $2, $3, $4, $5, $6, $7) "
                            "ON CONFLICT (organization_id) DO UPDATE SET attempt_days = $2, "
                            "session_days = $3, token_days = $4, mail_days = $5, ledger_days = $6, "
                            "updated_at = $7">);
constexpr Statement delete_settings("DELETE FROM retention_settings WHERE organization_id = $1");
constexpr Statement select_special(joined<
                                   "SELECT o.organization_id, ",
                                   days,
                                   " FROM (SELECT organization_id FROM retention_settings UNION "
                                   "SELECT organization_id FROM legal_holds) o "
                                   "LEFT JOIN retention_settings s "
                                   "ON s.organization_id = o.organization_id WHERE NOT EXISTS "
                                   "(SELECT 1 FROM legal_holds h WHERE h.organization_id = "
                                   "o.organization_id AND h.user_id = '') ORDER BY 1">);
constexpr Statement select_holds("SELECT user_id, reason, set_by, set_at FROM legal_holds "
                                 "WHERE organization_id = $1 ORDER BY set_at, user_id");
constexpr Statement
    insert_hold("INSERT INTO legal_holds (organization_id, user_id, reason, set_by, set_at) "
                "VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING RETURNING user_id");
constexpr Statement delete_hold("DELETE FROM legal_holds WHERE organization_id = $1 "
                                "AND user_id = $2 RETURNING user_id");
constexpr Statement find_hold("SELECT user_id FROM legal_holds WHERE organization_id = $1 "
                              "AND user_id IN ('', $2) LIMIT 1");
constexpr Statement
    find_any_hold("SELECT user_id FROM legal_holds WHERE organization_id = $1 LIMIT 1");
constexpr Statement find_person("SELECT id FROM users WHERE organization_id = $1 AND id = $2");
constexpr Statement delete_deserted(
    "DELETE FROM organizations WHERE id IN (SELECT o.id FROM organizations o "
    "WHERE o.kind = 'personal' AND o.created_at < $1 AND NOT EXISTS (SELECT 1 FROM users u "
    "WHERE u.organization_id = o.id) AND NOT EXISTS (SELECT 1 FROM legal_holds h "
    "WHERE h.organization_id = o.id) ORDER BY o.created_at LIMIT $2) RETURNING id"
);
// Nobody counts a table of millions to fill a gauge: the planner's estimate is good enough, and
// SQLite counts up to a bound.
constexpr Text bound = " LIMIT 100000))";
constexpr auto select_sizes = either(
    {.postgres
     = "SELECT CAST(relname AS text), CAST(greatest(reltuples, 0) AS bigint) FROM pg_class "
       "WHERE relnamespace = to_regnamespace('auth') AND relkind = 'r' ORDER BY 1",
     .sqlite = joined<
         "SELECT 'audit_ledger', (SELECT count(*) FROM (SELECT 1 FROM audit_ledger",
         bound,
         " UNION ALL SELECT 'captured_mails', (SELECT count(*) FROM (SELECT 1 FROM captured_mails",
         bound,
         " UNION ALL SELECT 'invitations', (SELECT count(*) FROM (SELECT 1 FROM invitations",
         bound,
         " UNION ALL SELECT 'login_attempts', (SELECT count(*) FROM (SELECT 1 FROM login_attempts",
         bound,
         " UNION ALL SELECT 'notifications', (SELECT count(*) FROM (SELECT 1 FROM notifications",
         bound,
         " UNION ALL SELECT 'one_time_tokens', (SELECT count(*) FROM (SELECT 1 FROM "
         "one_time_tokens",
         bound,
         " UNION ALL SELECT 'outbox', (SELECT count(*) FROM (SELECT 1 FROM outbox",
         bound,
         " UNION ALL SELECT 'rate_counters', (SELECT count(*) FROM (SELECT 1 FROM rate_counters",
         bound,
         " UNION ALL SELECT 'refresh_tokens', (SELECT count(*) FROM (SELECT 1 FROM refresh_tokens",
         bound,
         " UNION ALL SELECT 'reset_requests', (SELECT count(*) FROM (SELECT 1 FROM reset_requests",
         bound,
         " UNION ALL SELECT 'sessions', (SELECT count(*) FROM (SELECT 1 FROM sessions",
         bound,
         " UNION ALL SELECT 'step_up_challenges', (SELECT count(*) FROM (SELECT 1 FROM "
         "step_up_challenges",
         bound,
         " UNION ALL SELECT 'audit_seals', (SELECT count(*) FROM (SELECT 1 FROM audit_seals",
         bound,
         " UNION ALL SELECT 'audit_checkpoints', (SELECT count(*) FROM (SELECT 1 FROM "
         "audit_checkpoints",
         bound,
         " UNION ALL SELECT 'audit_unsealed', (SELECT count(*) FROM (SELECT 1 FROM audit_unsealed",
         bound,
         " UNION ALL SELECT 'audit_unpublished', (SELECT count(*) FROM (SELECT 1 FROM "
         "audit_unpublished",
         bound,
         " UNION ALL SELECT 'audit_prunings', (SELECT count(*) FROM (SELECT 1 FROM audit_prunings",
         bound,
         " UNION ALL SELECT 'audit_erasures', (SELECT count(*) FROM (SELECT 1 FROM audit_erasures",
         bound,
         " UNION ALL SELECT 'users', (SELECT count(*) FROM (SELECT 1 FROM users",
         bound,
         " UNION ALL SELECT 'organizations', (SELECT count(*) FROM (SELECT 1 FROM organizations",
         bound>}
);

RetentionSettings read_settings(Row const& row, std::size_t from)
{
    return {
        .attempt_days = row.optional_integer(from),
        .session_days = row.optional_integer(from + 1),
        .token_days = row.optional_integer(from + 2),
        .mail_days = row.optional_integer(from + 3),
        .ledger_days = row.optional_integer(from + 4)
    };
}

std::string subject_of(std::optional<UserId> const& user)
{
    return user ? user->text() : std::string();
}

class SqlRetention final : public Retention {
public:
    explicit SqlRetention(Connection& connection)
        : connection_(connection)
    {
    }

    Async<bool> lock() override
    {
        auto const rows = co_await connection_.query(lock_job, Scope::global(), Values());
        co_return rows.front().boolean(0);
    }

    Async<void> wait_for_jobs() override
    {
        co_await connection_.query(wait_for_job, Scope::global(), Values());
    }

    Async<RetentionSettings> settings(OrganizationId organization) override
    {
        auto const rows = co_await ask(select_settings, organization, values(organization));
        if (rows.empty())
            co_return RetentionSettings();
        co_return read_settings(rows.front(), 0);
    }

    Async<void>
    put_settings(OrganizationId organization, RetentionSettings settings, Instant now) override
    {
        if (settings == RetentionSettings()) {
            co_await ask(delete_settings, organization, values(organization));
            co_return;
        }
        auto bound_ones = values(
            organization,
            settings.attempt_days,
            settings.session_days,
            settings.token_days,
            settings.mail_days,
            settings.ledger_days,
            now
        );
        co_await ask(put_row, organization, std::move(bound_ones));
    }

    Async<std::vector<LegalHold>> holds(OrganizationId organization) override
    {
        auto const rows = co_await ask(select_holds, organization, values(organization));
        std::vector<LegalHold> holds;
        for (auto const row : rows) {
            LegalHold hold{.organization_id = organization, .reason = row.text(1), .set_at = {}};
            if (!row.text(0).empty())
                hold.user_id = UserId(row.text(0));
            if (auto by = row.optional_text(2))
                hold.set_by = UserId(*std::move(by));
            hold.set_at = row.instant(3);
            holds.push_back(std::move(hold));
        }
        co_return holds;
    }

    Async<bool> hold(LegalHold hold) override
    {
        auto bound_ones = values(
            hold.organization_id, subject_of(hold.user_id), hold.reason, hold.set_by, hold.set_at
        );
        return any(insert_hold, hold.organization_id, std::move(bound_ones));
    }

    Async<bool> lift(OrganizationId organization, std::optional<UserId> user) override
    {
        return any(delete_hold, organization, values(organization, subject_of(user)));
    }

    Async<bool> is_held(OrganizationId organization, UserId user) override
    {
        return any(find_hold, organization, values(organization, user));
    }

    Async<bool> holds_anybody(OrganizationId organization) override
    {
        return any(find_any_hold, organization, values(organization));
    }

    Async<bool> has_person(OrganizationId organization, UserId user) override
    {
        return any(find_person, organization, values(organization, user));
    }

    Async<std::vector<std::pair<OrganizationId, RetentionSettings>>> special() override
    {
        auto const rows = co_await connection_.query(select_special, Scope::directory(), Values());
        std::vector<std::pair<OrganizationId, RetentionSettings>> special;
        for (auto const row : rows)
            special.emplace_back(OrganizationId(row.text(0)), read_settings(row, 1));
        co_return special;
    }

    Async<std::int64_t> remove(Ended kind, Instant before, std::int64_t most) override
    {
        return removed(removal_of(kind), kind, values(before, most));
    }

    Async<std::int64_t>
    remove_of(Ended kind, OrganizationId organization, Instant before, std::int64_t most) override
    {
        return removed(removal_in_one(kind), kind, values(before, most, organization));
    }

    Async<std::int64_t> remove_deserted(Instant before, std::int64_t most) override
    {
        auto const rows
            = co_await connection_.query(delete_deserted, Scope::directory(), values(before, most));
        for (auto const row : rows)
            connection_.note(domain::changed(OrganizationId(row.text(0))));
        co_return rows.changed();
    }

    Async<std::vector<std::pair<std::string, std::int64_t>>> sizes() override
    {
        auto const rows = co_await connection_.query(select_sizes, Scope::directory(), Values());
        std::vector<std::pair<std::string, std::int64_t>> sizes;
        for (auto const row : rows)
            sizes.emplace_back(row.text(0), row.integer(1));
        co_return sizes;
    }

private:
    Async<Rows> ask(Statement const& statement, OrganizationId organization, Values bound_ones)
    {
        return connection_.query(
            statement, Scope::organization(organization), std::move(bound_ones)
        );
    }
    Async<bool> any(Statement const& statement, OrganizationId organization, Values bound_ones)
    {
        auto const rows = co_await ask(statement, std::move(organization), std::move(bound_ones));
        co_return !rows.empty();
    }
    Async<std::int64_t> removed(Statement const& statement, Ended kind, Values bound_ones)
    {
        auto const rows
            = co_await connection_.query(statement, Scope::directory(), std::move(bound_ones));
        if (kind == Ended::sessions)
            for (auto const row : rows)
                connection_.note(domain::changed(SessionId(row.text(1))));
        co_return rows.changed();
    }

    Connection& connection_;
};

} // namespace

std::unique_ptr<domain::Retention> make_retention(Connection& connection)
{
    return std::make_unique<SqlRetention>(connection);
}

} // namespace gatehouse::sql
