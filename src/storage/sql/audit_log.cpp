// The ledger, read: always one organization, always a period, so that an index leads to the rows.
#include "domain/audit_log.h"

#include "core/text.h"
#include "domain/ledger_chain.h"
#include "storage/sql/first_row.h"
#include "storage/sql/join.h"
#include "storage/sql/stores.h"

namespace gatehouse::sql {
namespace {
using domain::AuditDay;
using domain::AuditFilter;
using domain::AuditLog;
using domain::AuditRow;
using domain::AuditTally;
using domain::AuditWindow;
using domain::ControlWord;
using domain::Event;
using domain::OrganizationId;
using domain::SessionId;
using domain::UserId;

constexpr Text columns
    = "SELECT id, created_at, event_type, outcome, status, actor_id, user_id, session_id, "
      "resource, resource_id, correlation_id, details, ip_address, user_agent, email, personal";
constexpr Text of_a_period = " FROM audit_ledger WHERE organization_id = $1 AND created_at >= $2 "
                             "AND created_at < $3";
constexpr Text of_a_kind = " AND ($4 = '' OR event_type = $4) AND ($6 = '' OR outcome = $6) "
                           "AND ($7 = '' OR user_id = $7) AND ($8 = '' OR actor_id = $8) "
                           "AND ($9 = '' OR resource = $9) AND ($10 = '' OR resource_id = $10) "
                           "AND ($11 = '' OR ip_address = $11)";
constexpr Text searched
    = "event_type || ' ' || COALESCE(resource, '') || ' ' || COALESCE(resource_id, '') || ' ' || "
      "COALESCE(ip_address, '') || ' ' || COALESCE(user_agent, '') || ' ' || COALESCE(email, '') "
      "|| ' ' || COALESCE(correlation_id, '') || ' ' || details || ' ' || COALESCE(personal, '')";
constexpr Text postgres_kinds
    = " AND ($5 = '' OR strpos($5, ' ' || event_type || ' ') > 0) "
      "AND ($13 = '' OR CAST(details AS jsonb) ->> 'impersonatorId' = $13)";
constexpr Text sqlite_kinds = " AND ($5 = '' OR instr($5, ' ' || event_type || ' ') > 0) "
                              "AND ($13 = '' OR json_extract(details, '$.impersonatorId') = $13)";
constexpr Text postgres_search = " AND ($12 = '' OR strpos(lower((";
constexpr Text postgres_found = ") COLLATE \"C\"), $12) > 0)";
constexpr Text sqlite_search = " AND ($12 = '' OR instr(lower(";
constexpr Text sqlite_found = "), $12) > 0)";

template <Text head, Text... tail>
inline constexpr char const* postgres_text = joined<
    head,
    of_a_period,
    of_a_kind,
    postgres_kinds,
    postgres_search,
    searched,
    postgres_found,
    tail...>;
template <Text head, Text... tail>
inline constexpr char const* sqlite_text = joined<
    head,
    of_a_period,
    of_a_kind,
    sqlite_kinds,
    sqlite_search,
    searched,
    sqlite_found,
    tail...>;

constexpr Text counted = "SELECT count(*)";
constexpr Text newest = " ORDER BY created_at DESC, id DESC LIMIT $14 OFFSET $15";
constexpr Text oldest = " ORDER BY created_at, id LIMIT $14 OFFSET $15";
constexpr auto count_rows
    = either({.postgres = postgres_text<counted>, .sqlite = sqlite_text<counted>});
constexpr auto list_newest
    = either({.postgres = postgres_text<columns, newest>, .sqlite = sqlite_text<columns, newest>});
constexpr auto list_oldest
    = either({.postgres = postgres_text<columns, oldest>, .sqlite = sqlite_text<columns, oldest>});
constexpr Statement
    find_row(joined<columns, " FROM audit_ledger WHERE organization_id = $1 AND id = $2">);
constexpr Statement tally_rows(joined<
                               "SELECT event_type, outcome, count(*)",
                               of_a_period,
                               " GROUP BY event_type, outcome ORDER BY event_type, outcome">);
constexpr Text of_days = ", count(*), sum(CASE WHEN outcome IN ('failure', 'denied') THEN 1 ELSE 0 "
                         "END)";
constexpr Text by_day = " GROUP BY 1 ORDER BY 1";
constexpr auto tally_days = either(
    {.postgres = joined<
         "SELECT to_char(created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD')",
         of_days,
         of_a_period,
         by_day>,
     .sqlite = joined<"SELECT substr(created_at, 1, 10)", of_days, of_a_period, by_day>}
);

// Found by the events: the chain of rows without an organization is long, and few of it are these.
constexpr Statement newest_of_controls(
    "SELECT l.resource_id, l.event_type, l.created_at FROM audit_ledger l WHERE l.organization_id "
    "= $1 AND l.id "
    "IN (SELECT max(c.id) FROM audit_ledger c WHERE c.event_type IN ('CONTROL_DEGRADED', "
    "'CONTROL_RECOVERED') AND c.organization_id = $1 AND c.resource_id IS NOT NULL "
    "GROUP BY c.resource_id)"
);

template <class Id> std::optional<Id> optional_id(std::optional<std::string> text)
{
    if (!text)
        return std::nullopt;
    return Id(std::move(*text));
}

AuditRow read_row(Row const& row)
{
    AuditRow read;
    read.id = row.integer(0);
    read.at = row.instant(1);
    read.event = row.text(2);
    read.outcome = row.text(3);
    read.status = row.optional_integer(4);
    read.actor = optional_id<UserId>(row.optional_text(5));
    read.user = optional_id<UserId>(row.optional_text(6));
    read.session = optional_id<SessionId>(row.optional_text(7));
    read.resource = row.optional_text(8);
    read.resource_id = row.optional_text(9);
    read.correlation_id = row.optional_text(10);
    read.details = row.text(11);
    read.ip_address = row.optional_text(12);
    read.user_agent = row.optional_text(13);
    read.email = row.optional_text(14);
    read.personal = row.optional_text(15);
    return read;
}

// With a blank before and behind each, so that no name is found within another.
std::string listed(std::vector<std::string> const& events)
{
    std::string all;
    for (auto const& event : events)
        all += (all.empty() ? " " : "") + event + " ";
    return all;
}

std::vector<Value> bound_to(OrganizationId const& organization, AuditFilter const& filter)
{
    return {
        organization.text(),
        filter.from,
        filter.to,
        filter.event,
        listed(filter.events),
        filter.outcome,
        filter.user.text(),
        filter.actor.text(),
        filter.resource,
        filter.resource_id,
        filter.ip_address,
        ascii_lower(filter.search),
        filter.impersonator.text()
    };
}

constexpr Statement find_event("SELECT 1 FROM audit_ledger WHERE organization_id = $1 "
                               "AND user_id = $2 AND event_type = $3 AND created_at >= $4 LIMIT 1");

class SqlAuditLog final : public AuditLog {
public:
    explicit SqlAuditLog(Connection& connection)
        : connection_(connection)
    {
    }

    Async<std::int64_t> count(OrganizationId organization, AuditFilter filter) override
    {
        auto const rows = co_await connection_.query(
            count_rows, Scope::organization(organization), Values(bound_to(organization, filter))
        );
        co_return rows.front().integer(0);
    }

    Async<std::vector<AuditRow>>
    list(OrganizationId organization, AuditFilter filter, AuditWindow window) override
    {
        auto bound = bound_to(organization, filter);
        bound.emplace_back(window.limit);
        bound.emplace_back(window.offset);
        auto const& statement = window.oldest_first ? list_oldest : list_newest;
        auto const rows = co_await connection_.query(
            statement, Scope::organization(organization), Values(std::move(bound))
        );
        std::vector<AuditRow> found;
        found.reserve(rows.size());
        for (auto const row : rows)
            found.push_back(read_row(row));
        co_return found;
    }

    Async<std::optional<AuditRow>> find(OrganizationId organization, std::int64_t id) override
    {
        auto const rows = co_await connection_.query(
            find_row, Scope::organization(organization), values(organization, id)
        );
        co_return first_of(rows, read_row);
    }

    Async<bool>
    has_happened(OrganizationId organization, UserId user, Event event, Instant since) override
    {
        auto bound = values(organization, user, to_text(event), since);
        auto const rows = co_await connection_.query(
            find_event, Scope::organization(organization), std::move(bound)
        );
        co_return !rows.empty();
    }

    Async<std::vector<AuditTally>>
    tally(OrganizationId organization, Instant from, Instant to) override
    {
        auto const rows = co_await connection_.query(
            tally_rows, Scope::organization(organization), values(organization, from, to)
        );
        std::vector<AuditTally> tallies;
        for (auto const row : rows)
            tallies.push_back({.event = row.text(0), .outcome = row.text(1), .rows = row.integer(2)}
            );
        co_return tallies;
    }

    Async<std::vector<AuditDay>>
    days(OrganizationId organization, Instant from, Instant to) override
    {
        auto const rows = co_await connection_.query(
            tally_days, Scope::organization(organization), values(organization, from, to)
        );
        std::vector<AuditDay> days;
        for (auto const row : rows)
            days.push_back(
                {.day = row.text(0), .rows = row.integer(1), .unsuccessful = row.integer(2)}
            );
        co_return days;
    }

    Async<std::map<std::string, ControlWord>> controls_told() override
    {
        OrganizationId const chain{std::string(domain::system_chain)};
        auto const rows = co_await connection_.query(
            newest_of_controls, Scope::organization(chain), values(chain)
        );
        std::map<std::string, ControlWord> told;
        for (auto const row : rows)
            told[row.text(0)] = {.works = row.text(1) == "CONTROL_RECOVERED", .at = row.instant(2)};
        co_return told;
    }

private:
    Connection& connection_;
};

} // namespace

std::unique_ptr<domain::AuditLog> make_audit_log(Connection& connection)
{
    return std::make_unique<SqlAuditLog>(connection);
}

} // namespace gatehouse::sql
