// Sessions: the only record of who is signed in.
#include "domain/sessions.h"

#include "domain/changed.h"
#include "storage/sql/join.h"
#include "storage/sql/session_row.h"
#include "storage/sql/stores.h"

namespace gatehouse::sql {
namespace {
using domain::DeviceClass;
using domain::OrganizationId;
using domain::Session;
using domain::SessionEnd;
using domain::SessionId;
using domain::Sessions;
using domain::Surface;
using domain::to_text;
using domain::UserId;

constexpr Statement insert_session(
    "INSERT INTO sessions (id, organization_id, user_id, session_version, surface, ip_address, "
    "user_agent, device_fingerprint, device_id, device_name, country, city, auth_methods, "
    "remember_me, created_at, last_seen_at, expires_at, absolute_expires_at, risk_score, degraded) "
    "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, "
    "$20)"
);
constexpr Statement
    set_logged_out("UPDATE sessions SET logged_out_at = $3 WHERE organization_id = $1 AND id = $2 "
                   "AND logged_out_at IS NULL AND revoked_at IS NULL RETURNING id");
constexpr Statement set_all_logged_out(
    "UPDATE sessions SET logged_out_at = $3 WHERE organization_id = $1 AND user_id = $2 "
    "AND logged_out_at IS NULL AND revoked_at IS NULL"
);
constexpr Statement revoke_one("UPDATE sessions SET revoked_at = $4, revoke_reason = $5 "
                               "WHERE organization_id = $1 AND user_id = $2 AND id = $3 "
                               "AND logged_out_at IS NULL AND revoked_at IS NULL "
                               "AND expires_at > $4 AND absolute_expires_at > $4 RETURNING id");
constexpr Statement revoke_others("UPDATE sessions SET revoked_at = $4, revoke_reason = $5 "
                                  "WHERE organization_id = $1 AND user_id = $2 AND id <> $3 "
                                  "AND logged_out_at IS NULL AND revoked_at IS NULL");
constexpr Text live_ones
    = " FROM sessions s JOIN users u ON u.organization_id = s.organization_id AND u.id = s.user_id "
      "WHERE s.organization_id = $1 AND s.user_id = $2 AND s.logged_out_at IS NULL "
      "AND s.revoked_at IS NULL AND s.expires_at > $3 AND s.absolute_expires_at > $3 "
      "AND s.session_version = u.session_version";
constexpr Statement select_live(joined<
                                "SELECT ",
                                session_columns,
                                live_ones,
                                " ORDER BY s.created_at DESC, s.id DESC LIMIT 1000">);
constexpr Statement count_live_ones(joined<"SELECT count(*)", live_ones>);
constexpr Statement delete_beyond(
    "DELETE FROM sessions WHERE organization_id = $1 AND user_id = $2 AND id IN "
    "(SELECT id FROM sessions WHERE organization_id = $1 AND user_id = $2 "
    "AND logged_out_at IS NULL ORDER BY created_at DESC, id DESC LIMIT 1000000 OFFSET $3)"
);
constexpr Statement move_seen("UPDATE sessions SET last_seen_at = $3, expires_at = "
                              "CASE WHEN expires_at > $4 THEN expires_at "
                              "WHEN absolute_expires_at < $4 THEN absolute_expires_at "
                              "ELSE COALESCE($4, expires_at) END "
                              "WHERE organization_id = $1 AND id = $2 AND last_seen_at <= $3 "
                              "AND logged_out_at IS NULL AND revoked_at IS NULL "
                              "AND expires_at > $3 AND absolute_expires_at > $3");
constexpr Statement put_risk("UPDATE sessions SET risk_score = $3, degraded = (degraded OR $4) "
                             "WHERE organization_id = $1 AND id = $2");
constexpr Statement put_place("UPDATE sessions SET country = coalesce($3, country), "
                              "city = coalesce($4, city) WHERE organization_id = $1 AND id = $2");

constexpr auto add_class = either(
    {.postgres = "UPDATE sessions SET device_classes = array_append(device_classes, $3::text) "
                 "WHERE organization_id = $1 AND id = $2 "
                 "AND NOT coalesce($3::text = ANY (device_classes), false) RETURNING id",
     .sqlite = "UPDATE sessions SET "
               "device_classes = json_insert(coalesce(device_classes, '[]'), '$[#]', $3) "
               "WHERE organization_id = $1 AND id = $2 AND NOT EXISTS "
               "(SELECT 1 FROM json_each(device_classes) WHERE value = $3) RETURNING id"}
);

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
            session.degraded
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

Session read_session(Row const& row, std::size_t from)
{
    Session session;
    session.id = SessionId(row.text(from));
    session.organization_id = OrganizationId(row.text(from + 1));
    session.user_id = UserId(row.text(from + 2));
    session.session_version = static_cast<int>(row.integer(from + 3));
    session.surface = row.text(from + 4) == "account" ? Surface::account : Surface::organization;
    session.ip_address = row.optional_text(from + 5);
    session.user_agent = row.optional_text(from + 6);
    session.device_fingerprint = row.optional_text(from + 7);
    session.device_id = row.optional_text(from + 8);
    session.device_name = row.optional_text(from + 9);
    session.country = row.optional_text(from + 10);
    session.city = row.optional_text(from + 11);
    session.auth_methods = row.optional_texts(from + 12).value_or(std::vector<std::string>());
    session.remember_me = row.boolean(from + 13);
    session.created_at = row.instant(from + 14);
    session.last_seen_at = row.instant(from + 15);
    session.expires_at = row.instant(from + 16);
    session.absolute_expires_at = row.instant(from + 17);
    session.logged_out_at = row.optional_instant(from + 18);
    session.revoked_at = row.optional_instant(from + 19);
    session.device_classes = row.optional_texts(from + 20).value_or(std::vector<std::string>());
    return session;
}

std::unique_ptr<domain::Sessions> make_sessions(Connection& connection)
{
    return std::make_unique<SqlSessions>(connection);
}

} // namespace gatehouse::sql
