// Signing keys, their private part sealed.
#include "domain/signing_keys.h"

#include "storage/sql/stores.h"

namespace gatehouse::sql {
namespace {
using domain::SigningKey;
using domain::SigningKeys;

constexpr Statement
    select_keys("SELECT kid, alg, state, public_jwk, private_sealed, not_before FROM signing_keys "
                "WHERE state <> 'removed' ORDER BY not_before, kid");
// Two nodes that start at once must end with one key: the condition and the lock decide.
constexpr auto lock_keys
    = either({.postgres = "SELECT pg_advisory_xact_lock(7235871540012)", .sqlite = "SELECT 1"});
constexpr Statement insert_unless_any(
    "INSERT INTO signing_keys (kid, alg, state, public_jwk, private_sealed, not_before) "
    "SELECT $1, $2, 'signing', $3, $4, $5 "
    "WHERE NOT EXISTS (SELECT 1 FROM signing_keys WHERE state = 'signing') RETURNING kid"
);

class SqlSigningKeys final : public SigningKeys {
public:
    explicit SqlSigningKeys(Connection& connection)
        : connection_(connection)
    {
    }

    Async<std::vector<SigningKey>> all() override
    {
        auto const rows = co_await connection_.query(select_keys, Scope::global(), Values());
        std::vector<SigningKey> keys;
        for (auto const row : rows) {
            SigningKey key;
            key.kid = row.text(0);
            key.algorithm = row.text(1);
            key.state = row.text(2);
            key.public_jwk = row.text(3);
            key.private_sealed = row.bytes(4);
            key.not_before = row.instant(5);
            keys.push_back(std::move(key));
        }
        co_return keys;
    }

    Async<bool> insert_first(SigningKey key) override
    {
        connection_.later(lock_keys, Scope::global(), Values());
        auto bound = values(
            key.kid, key.algorithm, key.public_jwk, Bytes(key.private_sealed), key.not_before
        );
        auto const rows
            = co_await connection_.query(insert_unless_any, Scope::global(), std::move(bound));
        co_return !rows.empty();
    }

private:
    Connection& connection_;
};

} // namespace

std::unique_ptr<domain::SigningKeys> make_signing_keys(Connection& connection)
{
    return std::make_unique<SqlSigningKeys>(connection);
}

} // namespace gatehouse::sql
