// The last sessions of a person, through the view that the risk score alone reads.
#include "domain/session_history.h"

#include "storage/sql/join.h"
#include "storage/sql/stores.h"

#include <cstdint>
#include <utility>

namespace gatehouse::sql {
namespace {
using domain::OrganizationId;
using domain::RiskHistory;
using domain::SessionHistory;
using domain::UserId;

// By the caller's clock, not by the view's own: what is live is the same on both databases. The ids
// of the live ones say what ends whatever is kept of this; of more than a hundred nothing is.
constexpr Text seen
    = "SELECT id, device_fingerprint, country, city, created_at, last_seen_at, (SELECT count(*)";
constexpr Text live
    = " FROM user_sessions l WHERE l.tenant_id = $1 AND l.user_id = $2 "
      "AND l.impersonated_by IS NULL AND l.logged_out_at IS NULL AND l.revoked_at IS NULL "
      "AND l.expires_at > $4 AND l.session_version = $3";
constexpr Text last_ones = " FROM user_sessions WHERE tenant_id = $1 AND user_id = $2 "
                           "AND impersonated_by IS NULL ORDER BY created_at DESC, id DESC LIMIT 12";
constexpr auto select_history = either(
    {.postgres = joined<seen, live, "), ARRAY(SELECT l.id", live, " LIMIT 100)", last_ones>,
     .sqlite = joined<
         seen,
         live,
         "), (SELECT json_group_array(some.id) FROM (SELECT l.id",
         live,
         " LIMIT 100) some)",
         last_ones>}
);
static_assert(domain::sessions_looked_at == 12);
constexpr std::int64_t most_live_ones = 100;

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
            history.rests_on.emplace_back(row.text(0));
            history.sessions.push_back(
                {.device = row.optional_text(1),
                 .country = row.optional_text(2),
                 .city = row.optional_text(3),
                 .created_at = row.instant(4),
                 .last_seen_at = row.instant(5)}
            );
        }
        if (rows.empty())
            co_return history;
        history.live = rows.front().integer(6);
        history.is_whole = history.live <= most_live_ones;
        for (auto& id : rows.front().texts(7))
            history.rests_on.emplace_back(std::move(id));
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
