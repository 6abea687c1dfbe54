// The sessions of an organization: listed in the order of an index, and ended for others.
#include "domain/session_list.h"

#include "core/text.h"
#include "domain/changed.h"
#include "storage/sql/join.h"
#include "storage/sql/session_row.h"
#include "storage/sql/session_statements.h"
#include "storage/sql/stores.h"
#include "storage/sql/user_row.h"

namespace gatehouse::sql {
namespace {
using domain::changed;
using domain::ForcedEnd;
using domain::ListedSession;
using domain::OrganizationId;
using domain::Session;
using domain::SessionFilter;
using domain::SessionId;
using domain::SessionList;
using domain::SessionState;
using domain::SessionsWanted;
using domain::SessionWindow;
using domain::User;
using domain::UserId;
using domain::UserStatus;

constexpr Text of_organization_head
    = " FROM sessions s JOIN users u ON u.organization_id = s.organization_id AND u.id = s.user_id "
      "WHERE s.organization_id = $1 AND ($2 = '' OR s.user_id = $2) "
      "AND ($4 = '' OR s.surface = $4) AND ($5 = 'all' OR ($5 = 'live') = "
      "(s.logged_out_at IS NULL AND s.revoked_at IS NULL AND s.expires_at > $3 "
      "AND s.absolute_expires_at > $3 AND s.session_version = u.session_version "
      "AND u.status = 'active' AND u.deleted_at IS NULL AND ";
constexpr Text of_organization_tail = "))";
constexpr Text searched
    = "u.email || ' ' || COALESCE(u.first_name, '') || ' ' || COALESCE(u.last_name, '') || ' ' || "
      "COALESCE(u.name, '') || ' ' || COALESCE(s.ip_address, '') || ' ' || "
      "COALESCE(s.user_agent, '') || ' ' || COALESCE(s.device_name, '') || ' ' || "
      "COALESCE(s.country, '') || ' ' || COALESCE(s.city, '')";
constexpr Text postgres_search = " AND ($6 = '' OR strpos(lower((";
constexpr Text postgres_found = ") COLLATE \"C\"), $6) > 0)";
constexpr Text sqlite_search = " AND ($6 = '' OR instr(lower(";
constexpr Text sqlite_found = "), $6) > 0)";

template <Text... head> struct Twin {
    template <Text... tail>
    static constexpr char const* postgres = joined<
        head...,
        of_organization_head,
        lives_on,
        of_organization_tail,
        postgres_search,
        searched,
        postgres_found,
        tail...>;
    template <Text... tail>
    static constexpr char const* sqlite = joined<
        head...,
        of_organization_head,
        lives_on,
        of_organization_tail,
        sqlite_search,
        searched,
        sqlite_found,
        tail...>;
};

constexpr Text selected = "SELECT s.revoke_reason, s.revoked_by, s.risk_score, s.degraded, ";
constexpr std::size_t own_width = 5;
constexpr Text newest = " ORDER BY s.created_at DESC, s.id DESC LIMIT $7 OFFSET $8";
constexpr Text oldest = " ORDER BY s.created_at, s.id LIMIT $7 OFFSET $8";
constexpr Text up_to = " LIMIT $7) counted";
using Counted = Twin<"SELECT count(*) FROM (SELECT 1">;
using Listed = Twin<selected, lives_on, ", ", session_columns, ", ", user_columns>;
constexpr auto count_sessions
    = either({.postgres = Counted::postgres<up_to>, .sqlite = Counted::sqlite<up_to>});
constexpr auto list_newest
    = either({.postgres = Listed::postgres<newest>, .sqlite = Listed::sqlite<newest>});
constexpr auto list_oldest
    = either({.postgres = Listed::postgres<oldest>, .sqlite = Listed::sqlite<oldest>});

constexpr Statement end_session(
    "UPDATE sessions SET revoked_at = $4, revoke_reason = 'admin_forced', revoked_by = $5 "
    "WHERE organization_id = $1 AND user_id = $2 AND id = $3 AND logged_out_at IS NULL "
    "AND revoked_at IS NULL AND expires_at > $4 AND absolute_expires_at > $4 RETURNING id"
);
constexpr Statement end_its_tokens(
    "UPDATE refresh_tokens SET is_revoked = true, revoked_at = $3, revoke_reason = 'admin_action' "
    "WHERE organization_id = $1 AND session_id = $2 AND is_revoked = false"
);
constexpr Statement end_sessions_of(
    "UPDATE sessions SET revoked_at = $4, revoke_reason = 'admin_forced', revoked_by = $5 "
    "WHERE organization_id = $1 AND user_id = $2 AND id <> $3 AND logged_out_at IS NULL "
    "AND revoked_at IS NULL"
);
constexpr Statement end_tokens_of(
    "UPDATE refresh_tokens SET is_revoked = true, revoked_at = $4, revoke_reason = 'force_logout' "
    "WHERE organization_id = $1 AND user_id = $2 AND session_id <> $3 AND is_revoked = false"
);
// In the order in which uses of sessions are written, so that nobody waits in a circle.
constexpr Text end_all_head
    = "UPDATE sessions SET revoked_at = $3, revoke_reason = 'admin_forced', revoked_by = $4 "
      "WHERE organization_id = $1 AND id IN (SELECT id FROM sessions WHERE organization_id = $1 "
      "AND id <> $2 AND logged_out_at IS NULL AND revoked_at IS NULL ORDER BY id";
constexpr auto end_all_sessions = either(
    {.postgres = joined<end_all_head, " COLLATE \"C\" FOR UPDATE)">,
     .sqlite = joined<end_all_head, ")">}
);
constexpr Statement end_all_tokens(
    "UPDATE refresh_tokens SET is_revoked = true, revoked_at = $3, revoke_reason = 'force_logout' "
    "WHERE organization_id = $1 AND session_id <> $2 AND is_revoked = false"
);
// Sign-ins that wait are bound to a version of the person; new addresses that wait are not.
constexpr Statement void_new_addresses(
    "UPDATE one_time_tokens SET used_at = $3 WHERE organization_id = $1 AND user_id <> $2 "
    "AND purpose = 'change_email' AND used_at IS NULL"
);
constexpr Statement move_ends(
    "UPDATE sessions SET expires_at = CASE WHEN expires_at > $3 THEN $3 ELSE expires_at END, "
    "absolute_expires_at = CASE WHEN absolute_expires_at > $4 THEN $4 ELSE absolute_expires_at END "
    "WHERE organization_id = $1 AND id = $2"
);
constexpr Statement
    raise_versions("UPDATE users SET session_version = session_version + 1, updated_at = $3 "
                   "WHERE organization_id = $1 AND id <> $2 AND deleted_at IS NULL");

SessionState state_of(Session const& session, User const& user, bool goes_on, Instant now)
{
    if (session.logged_out_at)
        return SessionState::logged_out;
    if (session.revoked_at)
        return SessionState::revoked;
    if (session.expires_at <= now || session.absolute_expires_at <= now)
        return SessionState::expired;
    bool const stands = goes_on && !user.deleted_at && user.status == UserStatus::active
        && session.session_version == user.session_version;
    return stands ? SessionState::live : SessionState::voided;
}

ListedSession read_listed(Row const& row, Instant now)
{
    ListedSession listed;
    listed.revoke_reason = row.optional_text(0);
    if (auto by = row.optional_text(1))
        listed.revoked_by = UserId(*std::move(by));
    listed.session = read_session(row, own_width);
    if (auto const score = row.optional_integer(2))
        listed.session.risk_score = static_cast<int>(*score);
    listed.session.degraded = row.boolean(3);
    listed.user = read_user(row, own_width + session_width);
    listed.state = state_of(listed.session, listed.user, row.boolean(4), now);
    return listed;
}

std::string_view word_for(SessionsWanted wanted)
{
    if (wanted == SessionsWanted::all)
        return "all";
    return wanted == SessionsWanted::live ? "live" : "ended";
}

std::vector<Value>
bound_to(OrganizationId const& organization, SessionFilter const& filter, Instant now)
{
    auto const surface = filter.surface ? to_text(*filter.surface) : std::string_view();
    return {
        organization.text(),
        filter.user.value_or(UserId()).text(),
        now,
        std::string(surface),
        std::string(word_for(filter.wanted)),
        ascii_lower(filter.search)
    };
}

class SqlSessionList final : public SessionList {
public:
    explicit SqlSessionList(Connection& connection)
        : connection_(connection)
    {
    }

    Async<std::int64_t> count(
        OrganizationId organization, SessionFilter filter, Instant now, std::int64_t most
    ) override
    {
        auto bound = bound_to(organization, filter, now);
        bound.emplace_back(most);
        auto const rows = co_await connection_.query(
            count_sessions, Scope::organization(organization), Values(std::move(bound))
        );
        co_return rows.front().integer(0);
    }

    Async<std::vector<ListedSession>> list(
        OrganizationId organization, SessionFilter filter, SessionWindow window, Instant now
    ) override
    {
        auto bound = bound_to(organization, filter, now);
        bound.emplace_back(window.limit);
        bound.emplace_back(window.offset);
        auto const& statement = window.oldest_first ? list_oldest : list_newest;
        auto const rows = co_await connection_.query(
            statement, Scope::organization(organization), Values(std::move(bound))
        );
        std::vector<ListedSession> found;
        found.reserve(rows.size());
        for (auto const row : rows)
            found.push_back(read_listed(row, now));
        co_return found;
    }

    Async<bool>
    end_one(OrganizationId organization, UserId user, SessionId session, ForcedEnd end) override
    {
        connection_.note(changed(session));
        auto const rows = co_await connection_.query(
            end_session,
            Scope::organization(organization),
            values(organization, user, session, end.now, end.by)
        );
        if (rows.empty())
            co_return false;
        connection_.later(
            end_its_tokens,
            Scope::organization(organization),
            values(organization, session, end.now)
        );
        co_return true;
    }

    Async<std::int64_t> end_all_of(OrganizationId organization, UserId user, ForcedEnd end) override
    {
        connection_.note(changed(user));
        // No session has the empty id, so that nothing is kept then.
        auto const kept = end.kept.value_or(SessionId());
        auto const rows = co_await connection_.query(
            end_sessions_of,
            Scope::organization(organization),
            values(organization, user, kept, end.now, end.by)
        );
        connection_.later(
            end_tokens_of,
            Scope::organization(organization),
            values(organization, user, kept, end.now)
        );
        co_return rows.changed();
    }

    Async<std::int64_t> end_everybody(OrganizationId organization, ForcedEnd end) override
    {
        connection_.note(changed(organization));
        auto const scope = Scope::organization(organization);
        auto const kept = end.kept.value_or(SessionId());
        auto const rows = co_await connection_.query(
            end_all_sessions, scope, values(organization, kept, end.now, end.by)
        );
        connection_.later(end_all_tokens, scope, values(organization, kept, end.now));
        connection_.later(void_new_addresses, scope, values(organization, end.by, end.now));
        connection_.later(raise_versions, scope, values(organization, end.by, end.now));
        co_return rows.changed();
    }

    Async<void> limit_life(Session session) override
    {
        connection_.note(changed(session.id));
        connection_.later(
            move_ends,
            Scope::organization(session.organization_id),
            values(
                session.organization_id, session.id, session.expires_at, session.absolute_expires_at
            )
        );
        co_return;
    }

private:
    Connection& connection_;
};

} // namespace

std::unique_ptr<domain::SessionList> make_session_list(Connection& connection)
{
    return std::make_unique<SqlSessionList>(connection);
}

} // namespace gatehouse::sql
