// Sessions: the only record of who is signed in.
#include "domain/sessions.h"

#include "domain/changed.h"
#include "storage/sql/first_row.h"
#include "storage/sql/session_row.h"
#include "storage/sql/session_statements.h"
#include "storage/sql/stores.h"

namespace gatehouse::sql {
namespace {
using domain::DeviceClass;
using domain::OrganizationId;
using domain::Session;
using domain::SessionEnd;
using domain::SessionId;
using domain::Sessions;
using domain::to_text;
using domain::UserId;

class SqlSessions final : public Sessions {
public:
    explicit SqlSessions(Connection& connection)
        : connection_(connection)
    {
    }

    Async<void> insert(Session session) override
    {
        auto bound = values(
            session.id,
            session.organization_id,
            session.user_id,
            session.session_version,
            to_text(session.surface),
            session.ip_address,
            session.user_agent,
            session.device_fingerprint,
            session.device_id,
            session.device_name,
            session.country,
            session.city,
            TextList(session.auth_methods),
            session.remember_me,
            session.created_at,
            session.last_seen_at,
            session.expires_at,
            session.absolute_expires_at,
            session.risk_score,
            session.degraded,
            session.impersonation ? std::optional(session.impersonation->by) : std::nullopt,
            session.impersonation ? std::optional(session.impersonation->from) : std::nullopt,
            session.impersonation ? std::optional(session.impersonation->reason) : std::nullopt
        );
        connection_.later(
            insert_session, Scope::organization(session.organization_id), std::move(bound)
        );
        co_return;
    }

    Async<bool> log_out(OrganizationId organization, SessionId session, Instant now) override
    {
        connection_.note(domain::changed(session));
        auto const rows = co_await connection_.query(
            set_logged_out, Scope::organization(organization), values(organization, session, now)
        );
        co_return !rows.empty();
    }

    Async<Seen>
    seen(OrganizationId organization, UserId user, std::string device_fingerprint) override
    {
        auto const rows = co_await connection_.query(
            select_seen,
            Scope::organization(organization),
            values(organization, user, device_fingerprint)
        );
        auto const row = rows.front();
        co_return Seen{.anywhere = row.boolean(0), .device = row.boolean(1)};
    }

    Async<void> disown(
        OrganizationId organization, UserId user, std::string device_fingerprint, Instant now
    ) override
    {
        connection_.note(domain::changed(user));
        connection_.later(
            disown_device,
            Scope::organization(organization),
            values(organization, user, device_fingerprint, now)
        );
        co_return;
    }

    Async<std::int64_t> log_out_all(OrganizationId organization, UserId user, Instant now) override
    {
        connection_.note(domain::changed(user));
        auto const rows = co_await connection_.query(
            set_all_logged_out, Scope::organization(organization), values(organization, user, now)
        );
        co_return rows.changed();
    }

    Async<bool> revoke(
        OrganizationId organization, UserId user, SessionId session, SessionEnd why, Instant now
    ) override
    {
        connection_.note(domain::changed(session));
        auto bound = values(organization, user, session, now, to_text(why));
        auto const rows = co_await connection_.query(
            revoke_one, Scope::organization(organization), std::move(bound)
        );
        co_return !rows.empty();
    }

    Async<std::int64_t> revoke_all(
        OrganizationId organization,
        UserId user,
        std::optional<SessionId> kept,
        SessionEnd why,
        Instant now
    ) override
    {
        connection_.note(domain::changed(user));
        // No session has the empty id, so that nothing is kept then.
        auto const spared = kept.value_or(SessionId());
        auto bound = values(organization, user, spared, now, to_text(why));
        auto const rows = co_await connection_.query(
            revoke_others, Scope::organization(organization), std::move(bound)
        );
        co_return rows.changed();
    }

    Async<std::vector<Session>>
    live_of(OrganizationId organization, UserId user, Instant now) override
    {
        auto const rows = co_await connection_.query(
            select_live, Scope::organization(organization), values(organization, user, now)
        );
        std::vector<Session> live;
        live.reserve(rows.size());
        for (auto const row : rows)
            live.push_back(read_session(row));
        co_return live;
    }

    Async<std::optional<Session>>
    impersonating(OrganizationId organization, SessionId from, Instant now) override
    {
        auto const rows = co_await connection_.query(
            select_impersonating, Scope::organization(organization), values(organization, from, now)
        );
        co_return first_of(rows, [](Row const& row) { return read_session(row); });
    }

    Async<std::int64_t> count_live(OrganizationId organization, UserId user, Instant now) override
    {
        auto const rows = co_await connection_.query(
            count_live_ones, Scope::organization(organization), values(organization, user, now)
        );
        co_return rows.front().integer(0);
    }

    Async<std::int64_t> purge_beyond(OrganizationId organization, UserId user, int limit) override
    {
        connection_.note(domain::changed(user));
        auto const rows = co_await connection_.query(
            delete_beyond, Scope::organization(organization), values(organization, user, limit)
        );
        co_return rows.changed();
    }

    Async<bool>
    note_class(OrganizationId organization, SessionId session, DeviceClass device) override
    {
        connection_.note(domain::changed(session));
        auto bound = values(organization, session, to_text(device));
        auto const rows = co_await connection_.query(
            add_class, Scope::organization(organization), std::move(bound)
        );
        co_return !rows.empty();
    }

    Async<void>
    note_risk(OrganizationId organization, SessionId session, int score, bool degraded) override
    {
        connection_.later(
            put_risk,
            Scope::organization(organization),
            values(organization, session, score, degraded)
        );
        co_return;
    }

    Async<void> note_place(
        OrganizationId organization,
        SessionId session,
        std::optional<std::string> country,
        std::optional<std::string> city
    ) override
    {
        connection_.note(domain::changed(session));
        connection_.later(
            put_place,
            Scope::organization(organization),
            values(organization, session, country, city)
        );
        co_return;
    }

    Async<void> touch(
        OrganizationId organization,
        SessionId session,
        Instant seen,
        std::optional<Instant> idle_end
    ) override
    {
        if (idle_end)
            connection_.note(domain::changed(session));
        connection_.later(
            move_seen,
            Scope::organization(organization),
            values(organization, session, seen, idle_end)
        );
        co_return;
    }

private:
    Connection& connection_;
};

} // namespace

std::unique_ptr<domain::Sessions> make_sessions(Connection& connection)
{
    return std::make_unique<SqlSessions>(connection);
}

} // namespace gatehouse::sql
