// The stubs of pruned chains, and taking away what they stand for.
#include "domain/prunings.h"

#include "storage/sql/first_row.h"
#include "storage/sql/ledger_row.h"
#include "storage/sql/person_data.h"

namespace gatehouse::sql {
namespace {
using domain::OrganizationId;
using domain::Prunable;
using domain::Pruning;
using domain::Prunings;

constexpr Statement select_newest(
    "SELECT organization_id, chain_seq, head_hash, kid, signature, created_at FROM audit_prunings "
    "WHERE organization_id = $1 ORDER BY chain_seq DESC LIMIT 1"
);
constexpr Statement select_wanted(
    "SELECT r.organization_id, r.ledger_days FROM retention_settings r WHERE r.ledger_days IS NOT "
    "NULL AND NOT EXISTS (SELECT 1 FROM legal_holds h WHERE h.organization_id = r.organization_id) "
    "ORDER BY 1"
);
// $2: the moment behind which everything stays.
constexpr Statement select_prunable(
    "WITH here AS (SELECT c.chain_seq, c.head_hash, c.last_at FROM audit_checkpoints c "
    "WHERE c.organization_id = $1 AND c.chain_seq > COALESCE((SELECT max(p.chain_seq) FROM "
    "audit_prunings p WHERE p.organization_id = $1), 0)), "
    "stays AS (SELECT min(n) AS n FROM (SELECT max(chain_seq) AS n FROM here UNION ALL "
    "SELECT min(chain_seq) FROM here WHERE last_at >= $2 UNION ALL "
    "SELECT min(chain_seq) FROM audit_unpublished WHERE organization_id = $1) ends) "
    "SELECT h.chain_seq, h.head_hash, (SELECT min(o.last_at) FROM here o) FROM here h, stays "
    "WHERE h.chain_seq < stays.n ORDER BY h.chain_seq DESC LIMIT 1"
);
// Who is held first: nobody at all, mostly. $2: the last row that is looked at.
constexpr Text held_people = "WITH held AS (SELECT h.user_id AS id, NULL AS email FROM legal_holds "
                             "h WHERE h.user_id <> '' "
                             "UNION ALL SELECT u.id, lower(u.email";
constexpr Text held_rows
    = ") FROM users u JOIN legal_holds h ON h.organization_id = u.organization_id AND h.user_id IN "
      "('', u.id)) SELECT 1 FROM audit_seals s JOIN audit_ledger l ON l.organization_id = "
      "s.organization_id AND l.id = s.ledger_id WHERE EXISTS (SELECT 1 FROM held) AND "
      "s.organization_id = $1 AND s.chain_seq <= $2 AND (l.user_id IN (SELECT id FROM held) OR "
      "l.actor_id IN (SELECT id FROM held) OR l.email IN (SELECT email FROM held WHERE email IS "
      "NOT "
      "NULL)) LIMIT 1";
constexpr auto find_held = either(
    {.postgres = joined<held_people, " COLLATE \"C\"", held_rows>,
     .sqlite = joined<held_people, held_rows>}
);
constexpr Statement insert_stub(
    "INSERT INTO audit_prunings (organization_id, chain_seq, head_hash, kid, signature, "
    "created_at) VALUES ($1, $2, $3, $4, $5, $6)"
);
constexpr Statement select_next(
    "SELECT max(n.chain_seq), count(*) FROM (SELECT s.chain_seq FROM audit_seals s "
    "WHERE s.organization_id = $1 AND s.chain_seq <= (SELECT max(p.chain_seq) FROM audit_prunings "
    "p WHERE p.organization_id = $1) ORDER BY s.chain_seq LIMIT $2) n"
);
constexpr auto delete_rows = either(
    {.postgres = "SELECT auth.prune_ledger($1, $2)",
     .sqlite = "DELETE FROM audit_ledger WHERE organization_id = $1 AND id IN (SELECT ledger_id "
               "FROM audit_seals WHERE organization_id = $1 AND chain_seq <= $2)"}
);
// On SQLite alone: the function does it there.
constexpr Statement
    delete_seals("DELETE FROM audit_seals WHERE organization_id = $1 AND chain_seq <= $2");
constexpr Statement delete_checkpoints(
    "DELETE FROM audit_checkpoints WHERE organization_id = $1 AND chain_seq <= $2"
);
constexpr Statement
    delete_stubs("DELETE FROM audit_prunings WHERE organization_id = $1 AND chain_seq < (SELECT "
                 "max(p.chain_seq) FROM audit_prunings p WHERE p.organization_id = $1)");

Pruning read_pruning(Row const& row)
{
    return {
        .organization_id = OrganizationId(row.text(0)),
        .chain_seq = row.integer(1),
        .head_hash = read_digest(row, 2),
        .kid = row.text(3),
        .signature = row.bytes(4),
        .created_at = row.instant(5)
    };
}

Prunable read_prunable(Row const& row)
{
    return {
        .chain_seq = row.integer(0), .head_hash = read_digest(row, 1), .oldest = row.instant(2)
    };
}

class SqlPrunings final : public Prunings {
public:
    explicit SqlPrunings(Connection& connection)
        : connection_(connection)
    {
    }

    Async<std::optional<Pruning>> newest(OrganizationId organization) override
    {
        auto const rows = co_await ask(select_newest, organization, values(organization));
        co_return first_of(rows, read_pruning);
    }

    Async<std::vector<std::pair<OrganizationId, std::int64_t>>> wanted() override
    {
        auto const rows = co_await connection_.query(select_wanted, Scope::directory(), Values());
        std::vector<std::pair<OrganizationId, std::int64_t>> wanted;
        for (auto const row : rows)
            wanted.emplace_back(OrganizationId(row.text(0)), row.integer(1));
        co_return wanted;
    }

    Async<std::optional<Prunable>> prunable(OrganizationId organization, Instant before) override
    {
        auto const rows = co_await ask(select_prunable, organization, values(organization, before));
        co_return first_of(rows, read_prunable);
    }

    // Across organizations: holds are of theirs, and the chain is of none.
    Async<bool> tells_of_somebody_held(OrganizationId organization, std::int64_t up_to) override
    {
        auto const rows = co_await connection_.query(
            find_held, Scope::directory(), values(organization, up_to)
        );
        co_return !rows.empty();
    }

    Async<void> insert(Pruning pruning) override
    {
        auto bound = values(
            pruning.organization_id,
            pruning.chain_seq,
            Bytes(domain::bytes_of(pruning.head_hash)),
            pruning.kid,
            Bytes(pruning.signature),
            pruning.created_at
        );
        connection_.later(
            insert_stub, Scope::organization(pruning.organization_id), std::move(bound)
        );
        co_return;
    }

    Async<std::int64_t> remove(OrganizationId organization, std::int64_t most) override
    {
        auto const next = co_await ask(select_next, organization, values(organization, most));
        auto const last = next.front().optional_integer(0);
        if (!last)
            co_return 0;
        auto const scope = Scope::organization(organization);
        co_await connection_.query(delete_rows, scope, values(organization, *last));
        if (connection_.dialect() == Dialect::sqlite) {
            connection_.later(delete_checkpoints, scope, values(organization, *last));
            connection_.later(delete_seals, scope, values(organization, *last));
            connection_.later(delete_stubs, scope, values(organization));
        }
        co_return next.front().integer(1);
    }

private:
    Async<Rows> ask(Statement const& statement, OrganizationId organization, Values bound)
    {
        return connection_.query(statement, Scope::organization(organization), std::move(bound));
    }

    Connection& connection_;
};

} // namespace

std::unique_ptr<domain::Prunings> make_prunings(Connection& connection)
{
    return std::make_unique<SqlPrunings>(connection);
}

} // namespace gatehouse::sql
