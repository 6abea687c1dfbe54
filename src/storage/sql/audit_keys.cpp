// The keys that sign checkpoints, and how one takes another's place.
#include "domain/seals.h"
#include "storage/sql/stores.h"

#include <utility>

namespace gatehouse::sql {
namespace {
using domain::AuditKey;
using domain::AuditKeys;

constexpr Statement
    select_keys("SELECT kid, public_key, private_sealed, state, created_at, previous_kid, "
                "previous_signature, own_signature FROM audit_keys ORDER BY created_at, kid");
constexpr Statement
    insert_key("INSERT INTO audit_keys (kid, state, public_key, private_sealed, created_at) "
               "VALUES ($1, 'signing', $2, $3, $4) ON CONFLICT DO NOTHING RETURNING kid");
// PostgreSQL's function does both; the server's role may change no key.
constexpr auto rotate_key = either(
    {.postgres = "SELECT * FROM auth.rotate_audit_key($6, $1, $2, $3, $4, $7, $5)",
     .sqlite = "INSERT INTO audit_keys (kid, state, public_key, private_sealed, created_at, "
               "own_signature, previous_kid, previous_signature) VALUES ($1, 'signing', $2, $3, "
               "$4, $5, $6, $7) RETURNING kid"}
);
constexpr Statement retire_key(
    "UPDATE audit_keys SET state = 'retired', retired_at = $2 WHERE kid = $1 AND state = "
    "'signing' RETURNING kid"
);

AuditKey read_key(Row const& row)
{
    AuditKey key{
        .kid = row.text(0),
        .public_key = row.bytes(1),
        .private_sealed = row.optional_bytes(2).value_or(""),
        .signs = row.text(3) == "signing",
        .created_at = row.instant(4)
    };
    if (!row.is_null(5))
        key.change = domain::KeyChange{
            .previous_kid = row.text(5),
            .previous_signature = row.optional_bytes(6).value_or(""),
            .own_signature = row.optional_bytes(7).value_or(""),
            .changed_at = key.created_at
        };
    return key;
}

class SqlAuditKeys final : public AuditKeys {
public:
    explicit SqlAuditKeys(Connection& connection)
        : connection_(connection)
    {
    }

    Async<std::vector<AuditKey>> all() override
    {
        auto const rows = co_await connection_.query(select_keys, Scope::global(), Values());
        std::vector<AuditKey> keys;
        for (auto const row : rows)
            keys.push_back(read_key(row));
        co_return keys;
    }

    Async<bool> insert(AuditKey key) override
    {
        auto bound
            = values(key.kid, Bytes(key.public_key), Bytes(key.private_sealed), key.created_at);
        auto const rows = co_await connection_.query(insert_key, Scope::global(), std::move(bound));
        co_return !rows.empty();
    }

    Async<bool> rotate(AuditKey key) override
    {
        auto const& change = key.change.value();
        if (connection_.dialect() == Dialect::sqlite) {
            auto const retired = co_await connection_.query(
                retire_key, Scope::global(), values(change.previous_kid, change.changed_at)
            );
            if (retired.empty())
                co_return false;
        }
        auto bound = values(
            key.kid,
            Bytes(key.public_key),
            Bytes(key.private_sealed),
            key.created_at,
            Bytes(change.own_signature),
            change.previous_kid,
            Bytes(change.previous_signature)
        );
        auto const rows = co_await connection_.query(rotate_key, Scope::global(), std::move(bound));
        co_return !rows.empty();
    }

private:
    Connection& connection_;
};

} // namespace

std::unique_ptr<domain::AuditKeys> make_audit_keys(Connection& connection)
{
    return std::make_unique<SqlAuditKeys>(connection);
}

} // namespace gatehouse::sql
