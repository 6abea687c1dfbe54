// Sealing: the rows that wait, the ends of the chains, and what is added to them.
#include "domain/seals.h"

#include "storage/sql/ledger_row.h"
#include "storage/sql/stores.h"

#include <algorithm>
#include <utility>

namespace gatehouse::sql {
namespace {
using domain::Batch;
using domain::ChainHead;
using domain::Checkpoint;
using domain::OrganizationId;
using domain::Seals;
using domain::SignedEnd;
using domain::Waiting;
using domain::WaitingRow;

constexpr Text first_waiting
    = " FROM (SELECT waiting_since FROM audit_unsealed ORDER BY organization_id, ledger_id "
      "LIMIT 10000) w";
constexpr auto count_waiting = either(
    {.postgres = joined<
         "SELECT count(*), CAST(coalesce(extract(epoch FROM clock_timestamp() - "
         "min(w.waiting_since)) * 1000, 0) AS bigint)",
         first_waiting>,
     .sqlite = joined<
         "SELECT count(*), CAST(coalesce((julianday('now') - julianday(min(w.waiting_since))) * "
         "86400000, 0) AS INTEGER)",
         first_waiting>}
);
constexpr Statement find_waiting(
    "SELECT EXISTS (SELECT 1 FROM audit_unsealed WHERE organization_id = $1 AND ledger_id = $2)"
);
constexpr auto find_guards = either(
    {.postgres = "SELECT count(DISTINCT t.tgname) = 4 FROM pg_trigger t JOIN pg_class c ON c.oid = "
                 "t.tgrelid JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = 'auth' "
                 "AND t.tgname IN ('audit_ledger_append_only', 'audit_seals_append_only', "
                 "'audit_checkpoints_append_only', 'audit_prunings_append_only') AND t.tgenabled "
                 "IN ('O', 'A')",
     .sqlite = "SELECT count(*) = 12 FROM sqlite_master WHERE type = 'trigger' AND name IN "
               "('audit_ledger_no_replace', 'audit_ledger_no_update', 'audit_ledger_no_delete', "
               "'audit_seals_no_replace', 'audit_seals_no_update', 'audit_seals_no_delete', "
               "'audit_checkpoints_no_replace', 'audit_checkpoints_no_update', "
               "'audit_checkpoints_no_delete', 'audit_prunings_no_replace', "
               "'audit_prunings_no_update', 'audit_prunings_no_delete')"}
);
constexpr auto lock_chains
    = either({.postgres = "SELECT pg_try_advisory_xact_lock(7235871540013)", .sqlite = "SELECT 1"});
// Row by row in the order of the index, however much waits: PostgreSQL would join whole tables for
// the first thousand rows, so that OFFSET 0 keeps it from taking the inner query apart.
constexpr Text chosen = "SELECT u.organization_id, ";
constexpr Text in_order
    = " WHERE u.organization_id > $1 ORDER BY u.organization_id, u.ledger_id LIMIT $2";
constexpr auto select_next = either(
    {.postgres = joined<
         chosen,
         ledger_columns,
         " FROM audit_unsealed u CROSS JOIN LATERAL (SELECT * FROM audit_ledger r WHERE "
         "r.organization_id = u.organization_id AND r.id = u.ledger_id OFFSET 0) l",
         in_order>,
     .sqlite = joined<
         chosen,
         ledger_columns,
         " FROM audit_unsealed u JOIN audit_ledger l ON l.organization_id = u.organization_id "
         "AND l.id = u.ledger_id",
         in_order>}
);
// One look into the index for each chain: the same written as a join reads all seals there are.
constexpr auto select_heads = either(
    {.postgres = "SELECT one.value, s.chain_seq, s.row_hash FROM unnest(CAST($1 AS text[])) AS "
                 "one(value) CROSS JOIN LATERAL (SELECT m.chain_seq, m.row_hash FROM audit_seals m "
                 "WHERE m.organization_id = one.value ORDER BY m.chain_seq DESC LIMIT 1) s",
     .sqlite = "SELECT one.value, s.chain_seq, s.row_hash FROM json_each($1) AS one JOIN "
               "audit_seals s ON s.organization_id = one.value AND s.chain_seq = (SELECT "
               "max(m.chain_seq) FROM audit_seals m WHERE m.organization_id = one.value)"}
);
constexpr Statement select_ends_signed(
    "SELECT organization_id, chain_seq, head_hash, created_at FROM audit_checkpoints "
    "WHERE (created_at, organization_id, chain_seq) > ($1, $2, $3) "
    "ORDER BY created_at, organization_id, chain_seq LIMIT $4"
);
// $4: the hash before the batch, and those of its rows.
constexpr Text seals_head = "INSERT INTO audit_seals (organization_id, chain_seq, ledger_id, "
                            "prev_hash, row_hash) SELECT ";
constexpr auto insert_seals = either(
    {.postgres = joined<
         seals_head,
         "CAST($1 AS text), CAST($2 AS bigint) + one.n, CAST(one.id AS bigint), "
         "substr(CAST($4 AS bytea), CAST(one.n AS integer) * 32 - 31, 32), "
         "substr(CAST($4 AS bytea), CAST(one.n AS integer) * 32 + 1, 32) "
         "FROM unnest(CAST($3 AS text[])) WITH ORDINALITY AS one(id, n)">,
     .sqlite = joined<
         seals_head,
         "$1, $2 + one.key + 1, CAST(one.value AS INTEGER), substr($4, one.key * 32 + 1, 32), "
         "substr($4, one.key * 32 + 33, 32) FROM json_each($3) AS one">}
);
constexpr Text waits_no_more
    = "DELETE FROM audit_unsealed WHERE organization_id = $1 AND ledger_id ";
constexpr auto delete_waiting = either(
    {.postgres = joined<waits_no_more, "= ANY (CAST(CAST($2 AS text[]) AS bigint[]))">,
     .sqlite = joined<waits_no_more, "IN (SELECT CAST(value AS INTEGER) FROM json_each($2))">}
);
constexpr Statement insert_checkpoint(
    "INSERT INTO audit_checkpoints (organization_id, chain_seq, head_hash, batch_root, kid, "
    "signature, created_at, first_at, last_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)"
);
constexpr Statement
    insert_unpublished("INSERT INTO audit_unpublished (organization_id, chain_seq) VALUES ($1, $2)"
    );
constexpr Statement select_unpublished(
    "SELECT c.organization_id, c.chain_seq, c.head_hash, c.batch_root, c.kid, c.signature, "
    "c.created_at FROM audit_unpublished u JOIN audit_checkpoints c "
    "ON c.organization_id = u.organization_id AND c.chain_seq = u.chain_seq "
    "ORDER BY u.organization_id, u.chain_seq LIMIT $1"
);
constexpr Statement
    delete_unpublished("DELETE FROM audit_unpublished WHERE organization_id = $1 AND chain_seq = $2"
    );

TextList texts_of(std::vector<std::int64_t> const& numbers)
{
    std::vector<std::string> texts;
    texts.reserve(numbers.size());
    for (auto const number : numbers)
        texts.push_back(std::to_string(number));
    return TextList(std::move(texts));
}

class SqlSeals final : public Seals {
public:
    explicit SqlSeals(Connection& connection)
        : connection_(connection)
    {
    }

    Async<Waiting> waiting() override
    {
        auto const rows = co_await connection_.query(count_waiting, Scope::directory(), Values());
        auto const row = rows.front();
        Waiting waiting;
        waiting.rows = row.integer(0);
        waiting.longest = Duration(std::max<std::int64_t>(0, row.integer(1)));
        co_return waiting;
    }

    Async<bool> waits(OrganizationId organization, std::int64_t ledger_id) override
    {
        auto const rows = co_await connection_.query(
            find_waiting, Scope::directory(), values(organization, ledger_id)
        );
        co_return rows.front().boolean(0);
    }

    Async<bool> ledger_is_guarded() override
    {
        auto const rows = co_await connection_.query(find_guards, Scope::directory(), Values());
        co_return rows.front().boolean(0);
    }

    Async<bool> lock() override
    {
        auto const rows = co_await connection_.query(lock_chains, Scope::directory(), Values());
        co_return rows.front().boolean(0);
    }

    Async<std::vector<WaitingRow>> next(std::string after, int limit) override
    {
        auto const rows = co_await connection_.query(
            select_next, Scope::directory(), values(std::move(after), limit)
        );
        std::vector<WaitingRow> waiting;
        waiting.reserve(rows.size());
        for (auto const row : rows)
            waiting.push_back({OrganizationId(row.text(0)), read_ledger_row(row, 1)});
        co_return waiting;
    }

    Async<std::map<std::string, ChainHead>> heads(std::vector<std::string> organizations) override
    {
        auto bound = values(TextList(std::move(organizations)));
        auto const rows
            = co_await connection_.query(select_heads, Scope::directory(), std::move(bound));
        std::map<std::string, ChainHead> heads;
        for (auto const row : rows)
            heads[row.text(0)] = {.seq = row.integer(1), .hash = read_digest(row, 2)};
        co_return heads;
    }

    Async<std::vector<SignedEnd>> ends_signed_behind(
        Instant moment, std::string organization, std::int64_t seq, int limit
    ) override
    {
        auto bound = values(moment, std::move(organization), seq, limit);
        auto const rows
            = co_await connection_.query(select_ends_signed, Scope::directory(), std::move(bound));
        std::vector<SignedEnd> ends;
        ends.reserve(rows.size());
        for (auto const row : rows) {
            ChainHead const head{.seq = row.integer(1), .hash = read_digest(row, 2)};
            ends.push_back({OrganizationId(row.text(0)), head, row.instant(3)});
        }
        co_return ends;
    }

    void append(Batch const& batch, bool publish) override
    {
        auto const& checkpoint = batch.checkpoint;
        auto const& chain = checkpoint.organization_id;
        auto const ids = texts_of(batch.ledger_ids);
        Bytes const hashes(domain::bytes_of(batch.after.hash) + batch.hashes);
        later(insert_seals, values(chain, batch.after.seq, ids, hashes));
        later(
            insert_checkpoint,
            values(
                chain,
                checkpoint.chain_seq,
                Bytes(domain::bytes_of(checkpoint.head_hash)),
                Bytes(domain::bytes_of(checkpoint.batch_root)),
                checkpoint.kid,
                Bytes(checkpoint.signature),
                checkpoint.created_at,
                batch.first_at,
                batch.last_at
            )
        );
        later(delete_waiting, values(chain, ids));
        if (publish)
            later(insert_unpublished, values(chain, checkpoint.chain_seq));
    }

    Async<std::vector<Checkpoint>> unpublished(int limit) override
    {
        auto const rows
            = co_await connection_.query(select_unpublished, Scope::directory(), values(limit));
        std::vector<Checkpoint> checkpoints;
        for (auto const row : rows)
            checkpoints.push_back(read_checkpoint(row));
        co_return checkpoints;
    }

    void published(Checkpoint const& checkpoint) override
    {
        later(delete_unpublished, values(checkpoint.organization_id, checkpoint.chain_seq));
    }

private:
    void later(Statement const& statement, Values bound)
    {
        connection_.later(statement, Scope::directory(), std::move(bound));
    }

    Connection& connection_;
};

} // namespace

std::unique_ptr<domain::Seals> make_seals(Connection& connection)
{
    return std::make_unique<SqlSeals>(connection);
}

} // namespace gatehouse::sql
