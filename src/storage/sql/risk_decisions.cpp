// Decisions about risk, out of the ledger.
#include "domain/risk_decisions.h"

#include "storage/sql/join.h"
#include "storage/sql/stores.h"

namespace gatehouse::sql {
namespace {
using domain::DecisionFilter;
using domain::OrganizationId;
using domain::RiskDecision;
using domain::RiskDecisions;
using domain::SessionId;
using domain::UserId;

// Rows are written as RFC 8785 text, so that a `risk` part always looks like this.
constexpr Text chosen
    = " FROM audit_ledger WHERE organization_id = $1 AND created_at >= $2 AND created_at < $3 "
      "AND event_type IN ('LOGIN_SUCCESS', 'TOKEN_ROTATED', 'ANOMALY_SCORE_MEDIUM', "
      "'ANOMALY_SCORE_HIGH', 'REFRESH_TOKEN_REUSE_DETECTED') AND details LIKE '%\"risk\":{%' "
      "AND (CAST($4 AS text) IS NULL OR user_id = $4) "
      "AND (CAST($5 AS text) IS NULL OR event_type = $5)";
constexpr Text columns = "SELECT id, created_at, event_type, status, user_id, session_id, "
                         "ip_address, user_agent, details, personal";
constexpr Statement
    count_decisions(joined<"SELECT count(*) FROM (SELECT 1", chosen, " LIMIT $6) counted">);
constexpr Statement
    select_page(joined<columns, chosen, " ORDER BY created_at DESC, id DESC LIMIT $6 OFFSET $7">);
constexpr Statement select_behind(joined<columns, chosen, " AND id > $6 ORDER BY id LIMIT $7">);

template <class Id> std::optional<Id> optional_id(std::optional<std::string> text)
{
    if (!text)
        return std::nullopt;
    return Id(std::move(*text));
}

std::vector<RiskDecision> read_decisions(Rows const& rows)
{
    std::vector<RiskDecision> decisions;
    for (auto const row : rows) {
        RiskDecision decision;
        decision.id = row.integer(0);
        decision.at = row.instant(1);
        decision.event = row.text(2);
        decision.status = row.optional_integer(3);
        decision.user = optional_id<UserId>(row.optional_text(4));
        decision.session = optional_id<SessionId>(row.optional_text(5));
        decision.ip_address = row.optional_text(6);
        decision.user_agent = row.optional_text(7);
        decision.details = row.text(8);
        decision.personal = row.optional_text(9);
        decisions.push_back(std::move(decision));
    }
    return decisions;
}

class SqlRiskDecisions final : public RiskDecisions {
public:
    explicit SqlRiskDecisions(Connection& connection)
        : connection_(connection)
    {
    }

    Async<std::int64_t>
    count(OrganizationId organization, DecisionFilter filter, std::int64_t most) override
    {
        auto bound = values(organization, filter.from, filter.to, filter.user, filter.event, most);
        auto const rows = co_await connection_.query(
            count_decisions, Scope::organization(organization), std::move(bound)
        );
        co_return rows.front().integer(0);
    }

    Async<std::vector<RiskDecision>> list(
        OrganizationId organization, DecisionFilter filter, std::int64_t limit, std::int64_t offset
    ) override
    {
        auto bound = values(
            organization, filter.from, filter.to, filter.user, filter.event, limit, offset
        );
        auto const rows = co_await connection_.query(
            select_page, Scope::organization(organization), std::move(bound)
        );
        co_return read_decisions(rows);
    }

    Async<std::vector<RiskDecision>> walk(
        OrganizationId organization, DecisionFilter filter, std::int64_t after, std::int64_t limit
    ) override
    {
        auto bound
            = values(organization, filter.from, filter.to, filter.user, filter.event, after, limit);
        auto const rows = co_await connection_.query(
            select_behind, Scope::organization(organization), std::move(bound)
        );
        co_return read_decisions(rows);
    }

private:
    Connection& connection_;
};

} // namespace

std::unique_ptr<domain::RiskDecisions> make_risk_decisions(Connection& connection)
{
    return std::make_unique<SqlRiskDecisions>(connection);
}

} // namespace gatehouse::sql
