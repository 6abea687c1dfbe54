// Chains read back in order, for verifying and exporting.
#include "domain/seals.h"
#include "storage/sql/first_row.h"
#include "storage/sql/ledger_row.h"
#include "storage/sql/person_data.h"
#include "storage/sql/sealed_rows.h"
#include "storage/sql/stores.h"

#include <utility>

namespace gatehouse::sql {
namespace {
using domain::ChainRange;
using domain::Checkpoint;
using domain::OrganizationId;
using domain::SealedLedger;
using domain::SealedRow;
using domain::Stretch;

// One look into an index for each organization and table, however many rows they have.
constexpr Text each_of_ledger
    = "ledger(id) AS (SELECT min(organization_id) FROM audit_ledger UNION ALL SELECT (SELECT "
      "min(organization_id) FROM audit_ledger WHERE organization_id > ledger.id) FROM ledger "
      "WHERE ledger.id IS NOT NULL)";
constexpr Text each_of_seals
    = "seals(id) AS (SELECT min(organization_id) FROM audit_seals UNION ALL SELECT (SELECT "
      "min(organization_id) FROM audit_seals WHERE organization_id > seals.id) FROM seals "
      "WHERE seals.id IS NOT NULL)";
constexpr Text each_of_checkpoints
    = "checkpoints(id) AS (SELECT min(organization_id) FROM audit_checkpoints UNION ALL SELECT "
      "(SELECT min(organization_id) FROM audit_checkpoints WHERE organization_id > "
      "checkpoints.id) FROM checkpoints WHERE checkpoints.id IS NOT NULL)";
constexpr Text comma = ", ";
constexpr Statement select_organizations(joined<
                                         "WITH RECURSIVE ",
                                         each_of_ledger,
                                         comma,
                                         each_of_seals,
                                         comma,
                                         each_of_checkpoints,
                                         " SELECT id FROM (SELECT id FROM ledger UNION SELECT id "
                                         "FROM seals UNION SELECT id FROM checkpoints) every "
                                         "WHERE id IS NOT NULL ORDER BY id">);
// Where seals were cut off, their checkpoint still says how many there were.
constexpr Statement select_whole(
    "SELECT max(n) FROM (SELECT max(chain_seq) AS n FROM audit_seals WHERE organization_id = $1 "
    "UNION ALL SELECT max(chain_seq) FROM audit_checkpoints WHERE organization_id = $1) ends"
);
constexpr Statement select_range(
    "WITH met AS (SELECT min(chain_seq) AS low, max(chain_seq) AS high FROM audit_checkpoints "
    "WHERE organization_id = $1 AND last_at >= $2 AND first_at < $3) "
    "SELECT (SELECT max(c.chain_seq) FROM audit_checkpoints c WHERE c.organization_id = $1 "
    "AND c.chain_seq < met.low), met.high FROM met"
);
constexpr Statement select_checkpoints(joined<
                                       "SELECT ",
                                       checkpoint_columns,
                                       ", first_at, last_at FROM audit_checkpoints WHERE "
                                       "organization_id = $1 AND chain_seq > $2 "
                                       "AND chain_seq <= $3 ORDER BY chain_seq LIMIT $4">);
constexpr Statement
    select_hash("SELECT row_hash FROM audit_seals WHERE organization_id = $1 AND chain_seq = $2");
constexpr Statement count_unsealed("SELECT count(*) FROM audit_unsealed WHERE organization_id = $1"
);
// So many rows at a time: over a whole ledger it would take longer than a statement may. Counting
// reads indexes alone; only where the counts differ is each row looked up.
constexpr Text alone = " OFFSET 0"; // see select_stranger
constexpr Text stretch_head
    = "WITH page AS (SELECT count(*) AS n, max(l.id) AS last FROM (SELECT id FROM audit_ledger "
      "WHERE organization_id = $1 AND id > $2 ORDER BY id LIMIT $3) l) SELECT p.n, p.last, (SELECT "
      "count(*) FROM audit_seals s WHERE s.organization_id = $1 AND s.ledger_id > $2 AND "
      "s.ledger_id <= p.last) + (SELECT count(*) FROM audit_unsealed u WHERE "
      "u.organization_id = $1 AND u.ledger_id > $2 AND u.ledger_id <= p.last AND NOT EXISTS "
      "(SELECT 1 FROM audit_seals s WHERE s.organization_id = $1 AND s.ledger_id = u.ledger_id";
constexpr Text stretch_tail = ")) FROM page p";
constexpr auto select_stretch = either(
    {.postgres = joined<stretch_head, alone, stretch_tail>,
     .sqlite = joined<stretch_head, stretch_tail>}
);
// OFFSET 0: what PostgreSQL knows of these tables is out of date while they grow, and it compared
// each row with each.
constexpr Text stranger_head
    = "SELECT min(l.id) FILTER (WHERE NOT EXISTS (SELECT 1 FROM audit_seals s WHERE "
      "s.organization_id = $1 AND s.ledger_id = l.id";
constexpr Text stranger_middle
    = ") AND NOT EXISTS (SELECT 1 FROM audit_unsealed u WHERE u.organization_id = $1 AND "
      "u.ledger_id = l.id";
constexpr Text stranger_tail
    = ")) FROM audit_ledger l WHERE l.organization_id = $1 AND l.id > $2 AND l.id <= $3";
constexpr auto select_stranger = either(
    {.postgres = joined<stranger_head, alone, stranger_middle, alone, stranger_tail>,
     .sqlite = joined<stranger_head, stranger_middle, stranger_tail>}
);
constexpr Statement
    select_below("SELECT ledger_id FROM audit_seals WHERE organization_id = $1 AND chain_seq <= $2 "
                 "ORDER BY chain_seq LIMIT 1");
constexpr Text vanished_head
    = "SELECT u.ledger_id FROM audit_unsealed u WHERE u.organization_id = $1 AND NOT EXISTS "
      "(SELECT 1 FROM audit_ledger l WHERE l.organization_id = u.organization_id AND l.id = "
      "u.ledger_id";
constexpr Text vanished_tail = ") ORDER BY u.ledger_id LIMIT 1";
constexpr auto select_vanished = either(
    {.postgres = joined<vanished_head, alone, vanished_tail>,
     .sqlite = joined<vanished_head, vanished_tail>}
);

constexpr Statement
    select_records(joined<
                   "SELECT ",
                   ledger_columns,
                   " FROM audit_ledger l WHERE l.organization_id = $1 AND l.event_type = "
                   "'ACCOUNT_DELETED' AND l.resource = 'ledger' AND NOT EXISTS (SELECT 1 FROM "
                   "audit_seals s WHERE s.organization_id = l.organization_id AND s.ledger_id = "
                   "l.id AND s.chain_seq <= $2) ORDER BY l.id">);

class SqlSealedLedger final : public SealedLedger {
public:
    explicit SqlSealedLedger(Connection& connection)
        : connection_(connection)
    {
    }

    domain::Prunings& prunings() override
    {
        if (!prunings_)
            prunings_ = make_prunings(connection_);
        return *prunings_;
    }

    Async<std::vector<OrganizationId>> organizations() override
    {
        auto const rows
            = co_await connection_.query(select_organizations, Scope::directory(), Values());
        std::vector<OrganizationId> organizations;
        for (auto const row : rows)
            organizations.emplace_back(row.text(0));
        co_return organizations;
    }

    Async<ChainRange> whole(OrganizationId organization) override
    {
        auto const rows = co_await ask(select_whole, organization, values(organization));
        ChainRange range;
        range.last = rows.front().optional_integer(0).value_or(0);
        co_return range;
    }

    Async<ChainRange> range(OrganizationId organization, Instant from, Instant to) override
    {
        auto const rows = co_await ask(select_range, organization, values(organization, from, to));
        ChainRange range;
        auto const row = rows.front();
        auto const last = row.optional_integer(1);
        if (!last)
            co_return range;
        range.first = row.optional_integer(0).value_or(0) + 1;
        range.last = *last;
        co_return range;
    }

    Async<std::vector<SealedRow>>
    rows(OrganizationId organization, std::int64_t after, std::int64_t last, int limit) override
    {
        return sealed_rows(connection_, std::move(organization), after, last, limit);
    }

    Async<std::vector<Checkpoint>> checkpoints(
        OrganizationId organization, std::int64_t after, std::int64_t last, int limit
    ) override
    {
        auto const rows = co_await ask(
            select_checkpoints, organization, values(organization, after, last, limit)
        );
        std::vector<Checkpoint> checkpoints;
        for (auto const row : rows) {
            checkpoints.push_back(read_checkpoint(row));
            checkpoints.back().first_at = to_text(row.instant(7));
            checkpoints.back().last_at = to_text(row.instant(8));
        }
        co_return checkpoints;
    }

    Async<std::optional<std::string>>
    hash_at(OrganizationId organization, std::int64_t seq) override
    {
        auto const rows = co_await ask(select_hash, organization, values(organization, seq));
        co_return first_of(rows, [](Row const& row) { return row.bytes(0); });
    }

    Async<std::int64_t> unsealed(OrganizationId organization) override
    {
        auto const rows = co_await ask(count_unsealed, organization, values(organization));
        co_return rows.front().integer(0);
    }

    Async<std::vector<domain::LedgerRow>>
    erasure_records(OrganizationId organization, std::int64_t behind) override
    {
        auto const rows = co_await ask(select_records, organization, values(organization, behind));
        std::vector<domain::LedgerRow> records;
        for (auto const row : rows)
            records.push_back(read_ledger_row(row, 0));
        co_return records;
    }

    Async<Stretch> stretch(OrganizationId organization, std::int64_t after, int rows) override
    {
        auto bound = values(organization, after, rows);
        auto const found = co_await ask(select_stretch, organization, std::move(bound));
        auto const row = found.front();
        Stretch stretch{.rows = row.integer(0)};
        stretch.last = row.optional_integer(1).value_or(after);
        stretch.known = row.integer(2);
        co_return stretch;
    }

    Async<std::optional<std::int64_t>>
    stranger(OrganizationId organization, std::int64_t after, std::int64_t last) override
    {
        auto const rows
            = co_await ask(select_stranger, organization, values(organization, after, last));
        co_return rows.front().optional_integer(0);
    }

    Async<std::optional<std::int64_t>>
    sealed_below(OrganizationId organization, std::int64_t seq) override
    {
        auto const rows = co_await ask(select_below, organization, values(organization, seq));
        co_return first_of(rows, [](Row const& row) { return row.integer(0); });
    }

    Async<std::optional<std::int64_t>> vanished(OrganizationId organization) override
    {
        auto const rows = co_await ask(select_vanished, organization, values(organization));
        co_return first_of(rows, [](Row const& row) { return row.integer(0); });
    }

private:
    Async<Rows> ask(Statement const& statement, OrganizationId const& organization, Values bound)
    {
        return connection_.query(statement, Scope::organization(organization), std::move(bound));
    }

    Connection& connection_;
    std::unique_ptr<domain::Prunings> prunings_; // made at its first use
};

} // namespace

std::unique_ptr<domain::SealedLedger> make_sealed_ledger(Connection& connection)
{
    return std::make_unique<SqlSealedLedger>(connection);
}

} // namespace gatehouse::sql
