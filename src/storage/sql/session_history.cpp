// The last sessions of a person, through the view that the risk score alone reads.
#include "domain/session_history.h"

#include "storage/sql/stores.h"

namespace gatehouse::sql {
namespace {
using domain::OrganizationId;
using domain::RiskHistory;
using domain::SessionHistory;
using domain::UserId;

// By the caller's clock, not by the view's own: what is live is the same on both databases.
constexpr Statement select_history(
    "SELECT device_fingerprint, country, city, created_at, last_seen_at, "
    "(SELECT count(*) FROM user_sessions l WHERE l.tenant_id = $1 AND l.user_id = $2 "
    "AND l.logged_out_at IS NULL AND l.revoked_at IS NULL AND l.expires_at > $4 "
    "AND l.session_version = $3) "
    "FROM user_sessions WHERE tenant_id = $1 AND user_id = $2 "
    "ORDER BY created_at DESC, id DESC LIMIT 12"
);
static_assert(domain::sessions_looked_at == 12);

class SqlSessionHistory final : public SessionHistory {
public:
    explicit SqlSessionHistory(Connection& connection)
        : connection_(connection)
    {
    }

    Async<RiskHistory>
    of(OrganizationId organization, UserId user, int session_version, Instant now) override
    {
        auto const rows = co_await connection_.query(
            select_history,
            Scope::organization(organization),
            values(organization, user, session_version, now)
        );
        RiskHistory history;
        for (auto const row : rows) {
            history.sessions.push_back(
                {.device = row.optional_text(0),
                 .country = row.optional_text(1),
                 .city = row.optional_text(2),
                 .created_at = row.instant(3),
                 .last_seen_at = row.instant(4)}
            );
            history.live = row.integer(5);
        }
        co_return history;
    }

private:
    Connection& connection_;
};

} // namespace

std::unique_ptr<domain::SessionHistory> make_session_history(Connection& connection)
{
    return std::make_unique<SqlSessionHistory>(connection);
}

} // namespace gatehouse::sql
