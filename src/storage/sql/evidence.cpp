// Reading evidence: each statement goes on behind the last row that the one before it met.
#include "domain/evidence.h"

#include "storage/sql/access_evidence.h"
#include "storage/sql/join.h"
#include "storage/sql/stores.h"

#include <algorithm>
#include <utility>

namespace gatehouse::sql {
namespace {
using domain::EventTally;
using domain::Evidence;
using domain::EvidenceMark;
using domain::EvidenceRow;
using domain::EvidenceScope;
using domain::SessionEvidence;
using domain::TokenEvidence;

// Behind the mark: one place in the index, however many rows share its moment.
constexpr Text ledger_head
    = "SELECT id, created_at, event_type, outcome, user_id, actor_id, session_id, ip_address, "
      "user_agent, resource, resource_id, correlation_id, details, email, personal "
      "FROM audit_ledger WHERE organization_id = $1 AND created_at < $3 "
      "AND (created_at, id) > ($2, $4) AND (CAST($5 AS ";
constexpr Text ledger_tail = " ORDER BY created_at, id LIMIT $6";
constexpr auto select_ledger = either(
    {.postgres
     = joined<ledger_head, "text[]) IS NULL OR event_type = ANY(CAST($5 AS text[])))", ledger_tail>,
     .sqlite = joined<
         ledger_head,
         "text) IS NULL OR event_type IN (SELECT value FROM json_each($5)))",
         ledger_tail>}
);
constexpr Statement select_sessions(
    "SELECT s.id, s.user_id, u.email, s.surface, s.ip_address, s.user_agent, s.device_name, "
    "s.country, s.city, s.risk_score, s.degraded, s.created_at, s.last_seen_at, s.expires_at, "
    "s.absolute_expires_at, s.logged_out_at, s.revoked_at, s.revoke_reason, s.revoked_by "
    "FROM sessions s JOIN users u ON u.organization_id = s.organization_id AND u.id = s.user_id "
    "WHERE s.organization_id = $1 AND s.created_at >= $2 AND s.created_at < $3 AND s.id > $4 "
    "ORDER BY s.id LIMIT $5"
);
constexpr Statement select_tokens(
    "SELECT id, user_id, session_id, family_id, parent_id, replaced_by_token_id, issued_at, "
    "expires_at, is_revoked, revoked_at, revoke_reason, suspicious_reuse_at FROM refresh_tokens "
    "WHERE organization_id = $1 AND issued_at >= $2 AND issued_at < $3 AND id > $4 "
    "ORDER BY id LIMIT $5"
);
constexpr Statement tally_events(
    "SELECT event_type, outcome, count(*) FROM audit_ledger WHERE organization_id = $1 "
    "AND created_at >= $2 AND created_at < $3 GROUP BY event_type, outcome "
    "ORDER BY event_type, outcome"
);

EvidenceRow read_ledger(Row const& row)
{
    EvidenceRow read;
    read.id = row.integer(0);
    read.at = row.instant(1);
    read.event = row.text(2);
    read.outcome = row.text(3);
    read.user_id = row.optional_text(4);
    read.actor_id = row.optional_text(5);
    read.session_id = row.optional_text(6);
    read.ip_address = row.optional_text(7);
    read.user_agent = row.optional_text(8);
    read.resource = row.optional_text(9);
    read.resource_id = row.optional_text(10);
    read.correlation_id = row.optional_text(11);
    read.details = row.text(12);
    read.email = row.optional_text(13);
    read.personal = row.optional_text(14);
    return read;
}

SessionEvidence read_session_evidence(Row const& row)
{
    SessionEvidence read;
    read.id = row.text(0);
    read.user_id = row.text(1);
    read.email = row.text(2);
    read.surface = row.text(3);
    read.ip_address = row.optional_text(4);
    read.user_agent = row.optional_text(5);
    read.device_name = row.optional_text(6);
    read.country = row.optional_text(7);
    read.city = row.optional_text(8);
    read.risk_score = row.optional_integer(9);
    read.degraded = row.boolean(10);
    read.created_at = row.instant(11);
    read.last_seen_at = row.instant(12);
    read.expires_at = row.instant(13);
    read.absolute_expires_at = row.instant(14);
    read.logged_out_at = row.optional_instant(15);
    read.revoked_at = row.optional_instant(16);
    read.revoke_reason = row.optional_text(17);
    read.revoked_by = row.optional_text(18);
    return read;
}

TokenEvidence read_token_evidence(Row const& row)
{
    TokenEvidence read;
    read.id = row.text(0);
    read.user_id = row.text(1);
    read.session_id = row.text(2);
    read.family_id = row.text(3);
    read.parent_id = row.optional_text(4);
    read.replaced_by = row.optional_text(5);
    read.issued_at = row.instant(6);
    read.expires_at = row.instant(7);
    read.is_revoked = row.boolean(8);
    read.revoked_at = row.optional_instant(9);
    read.revoke_reason = row.optional_text(10);
    read.suspicious_reuse_at = row.optional_instant(11);
    return read;
}

EventTally read_tally(Row const& row)
{
    return {row.text(0), row.text(1), row.integer(2)};
}

class SqlEvidence final : public Evidence {
public:
    explicit SqlEvidence(Connection& connection)
        : connection_(connection)
    {
    }

    domain::AccessEvidence& access() override
    {
        if (!access_)
            access_ = make_access_evidence(connection_);
        return *access_;
    }

    Async<std::vector<EvidenceRow>> ledger(
        EvidenceScope scope, std::vector<std::string> events, EvidenceMark after, std::int64_t limit
    ) override
    {
        std::optional<TextList> wanted;
        if (!events.empty())
            wanted = TextList(std::move(events));
        bool const is_behind = after.at >= scope.from; // a mark before the period says nothing
        auto const begin = std::max(scope.from, after.at);
        std::int64_t const id = is_behind ? after.id : 0;
        auto bound = values(scope.organization, begin, scope.until, id, wanted, limit);
        return all(select_ledger, std::move(scope), std::move(bound), read_ledger);
    }

    Async<std::vector<SessionEvidence>>
    sessions(EvidenceScope scope, std::string after, std::int64_t limit) override
    {
        auto bound = values(scope.organization, scope.from, scope.until, after, limit);
        return all(select_sessions, std::move(scope), std::move(bound), read_session_evidence);
    }

    Async<std::vector<TokenEvidence>>
    refresh_tokens(EvidenceScope scope, std::string after, std::int64_t limit) override
    {
        auto bound = values(scope.organization, scope.from, scope.until, after, limit);
        return all(select_tokens, std::move(scope), std::move(bound), read_token_evidence);
    }

    Async<std::vector<EventTally>> tally(EvidenceScope scope) override
    {
        auto bound = values(scope.organization, scope.from, scope.until);
        return all(tally_events, std::move(scope), std::move(bound), read_tally);
    }

private:
    template <class Found>
    Async<std::vector<Found>>
    all(Statement const& statement, EvidenceScope scope, Values bound, Found (*read)(Row const&))
    {
        auto const rows = co_await connection_.query(
            statement, Scope::organization(scope.organization), std::move(bound)
        );
        std::vector<Found> found;
        found.reserve(rows.size());
        for (auto const row : rows)
            found.push_back(read(row));
        co_return found;
    }

    Connection& connection_;
    std::unique_ptr<domain::AccessEvidence> access_; // made at its first use
};

} // namespace

std::unique_ptr<domain::Evidence> make_evidence(Connection& connection)
{
    return std::make_unique<SqlEvidence>(connection);
}

} // namespace gatehouse::sql
