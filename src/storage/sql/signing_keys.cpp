// Signing keys, their private part sealed, and the steps of their life.
#include "domain/signing_keys.h"

#include "storage/sql/first_row.h"
#include "storage/sql/stores.h"

#include <stdexcept>

namespace gatehouse::sql {
namespace {
using domain::KeyState;
using domain::SigningKey;
using domain::SigningKeys;
using domain::to_text;

constexpr Statement select_keys(
    "SELECT kid, alg, state, public_jwk, private_sealed, created_at, not_before, not_after FROM "
    "signing_keys WHERE state <> 'removed' ORDER BY not_before, kid"
);
constexpr Statement select_signing("SELECT kid FROM signing_keys WHERE state = 'signing'");
constexpr auto lock_keys
    = either({.postgres = "SELECT pg_advisory_xact_lock(7235871540012)", .sqlite = "SELECT 1"});
// Beside the condition an index holds that one key is published and one signs
// (signing_keys_one_signs).
constexpr Statement insert_unless_any(
    "INSERT INTO signing_keys (kid, alg, state, public_jwk, private_sealed, created_at, "
    "not_before) SELECT $1, $2, $3, $4, $5, $6, $7 "
    "WHERE NOT EXISTS (SELECT 1 FROM signing_keys WHERE state = $3) RETURNING kid"
);
constexpr Statement begin_to_sign(
    "UPDATE signing_keys SET state = 'signing', not_before = $2 WHERE kid = $1 AND state = "
    "'published' AND (not_before <= $2 OR $3) RETURNING kid"
);
constexpr Statement retire_key(
    "UPDATE signing_keys SET state = 'retiring', not_after = $2, private_sealed = NULL WHERE kid = "
    "$1 AND state = 'signing' RETURNING kid"
);
constexpr Statement remove_retired(
    "UPDATE signing_keys SET state = 'removed', private_sealed = NULL WHERE kid = $1 AND state = "
    "'retiring' AND not_after <= $2 RETURNING kid"
);
constexpr Statement remove_from(
    "UPDATE signing_keys SET state = 'removed', not_after = $3, private_sealed = NULL WHERE kid = "
    "$1 AND state = $2 RETURNING kid"
);

SigningKey key_in(Row const& row)
{
    auto const state = domain::parse_key_state(row.text(2));
    if (!state)
        throw std::runtime_error("signing_keys holds a state that this version does not know");
    SigningKey key;
    key.kid = row.text(0);
    key.algorithm = row.text(1);
    key.state = *state;
    key.public_jwk = row.text(3);
    key.private_sealed = row.optional_bytes(4).value_or("");
    key.published_at = row.instant(5);
    key.not_before = row.optional_instant(6).value_or(key.published_at);
    key.not_after = row.optional_instant(7);
    return key;
}

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
        for (auto const row : rows)
            keys.push_back(key_in(row));
        co_return keys;
    }

    Async<std::optional<std::string>> signing_kid() override
    {
        auto const rows = co_await connection_.query(select_signing, Scope::global(), Values());
        co_return first_of(rows, [](Row const& row) { return row.text(0); });
    }

    Async<void> lock() override
    {
        co_await connection_.query(lock_keys, Scope::global(), Values());
    }

    Async<bool> insert(SigningKey key) override
    {
        connection_.later(lock_keys, Scope::global(), Values());
        auto bound = values(
            key.kid,
            key.algorithm,
            to_text(key.state),
            key.public_jwk,
            Bytes(key.private_sealed),
            key.published_at,
            key.not_before
        );
        return is_claimed(insert_unless_any, std::move(bound));
    }

    Async<bool> begin_signing(std::string kid, Instant now, bool early) override
    {
        return is_claimed(begin_to_sign, values(kid, now, early));
    }

    Async<bool> retire(std::string kid, Instant not_after) override
    {
        return is_claimed(retire_key, values(kid, not_after));
    }

    Async<bool> remove(std::string kid, Instant now) override
    {
        return is_claimed(remove_retired, values(kid, now));
    }

    Async<bool> remove_at_once(std::string kid, KeyState from, Instant now) override
    {
        return is_claimed(remove_from, values(kid, to_text(from), now));
    }

private:
    Async<bool> is_claimed(Statement const& statement, Values bound)
    {
        auto const rows = co_await connection_.query(statement, Scope::global(), std::move(bound));
        co_return !rows.empty();
    }

    Connection& connection_;
};

} // namespace

std::unique_ptr<domain::SigningKeys> make_signing_keys(Connection& connection)
{
    return std::make_unique<SqlSigningKeys>(connection);
}

} // namespace gatehouse::sql
