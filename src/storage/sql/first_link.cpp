// The one-time link that makes the first organization.
#include "domain/first_link.h"

#include "storage/sql/first_row.h"
#include "storage/sql/stores.h"

namespace gatehouse::sql {
namespace {
using domain::FirstLinkStore;
using domain::TokenDigest;

// One row for ever: two nodes that start at once end with one link, that of the later one.
constexpr Statement offer_link(
    "INSERT INTO first_link (id, token_hash, created_at, expires_at) SELECT 1, $1, $2, $3 "
    "WHERE NOT EXISTS (SELECT 1 FROM organizations) ON CONFLICT (id) DO UPDATE SET "
    "token_hash = excluded.token_hash, created_at = excluded.created_at, "
    "expires_at = excluded.expires_at, used_at = NULL RETURNING id"
);
constexpr Statement select_open(
    "SELECT used_at IS NULL AND expires_at > $2 AND NOT EXISTS (SELECT 1 FROM organizations) "
    "FROM first_link WHERE token_hash = $1"
);
constexpr Statement
    claim_link("UPDATE first_link SET used_at = $2 WHERE token_hash = $1 AND used_at IS NULL "
               "AND expires_at > $2 AND NOT EXISTS (SELECT 1 FROM organizations) RETURNING id");

// Whether there is any organization is asked across all of them.
class SqlFirstLink final : public FirstLinkStore {
public:
    explicit SqlFirstLink(Connection& connection)
        : connection_(connection)
    {
    }

    Async<bool> offer(TokenDigest digest, Instant now, Instant expires_at) override
    {
        return is_written(offer_link, values(digest, now, expires_at));
    }

    Async<std::optional<bool>> is_open(TokenDigest digest, Instant now) override
    {
        auto const rows
            = co_await connection_.query(select_open, Scope::directory(), values(digest, now));
        co_return first_of(rows, [](Row const& row) { return row.boolean(0); });
    }

    Async<bool> claim(TokenDigest digest, Instant now) override
    {
        return is_written(claim_link, values(digest, now));
    }

private:
    Async<bool> is_written(Statement const& statement, Values bound)
    {
        auto const rows
            = co_await connection_.query(statement, Scope::directory(), std::move(bound));
        co_return !rows.empty();
    }

    Connection& connection_;
};

} // namespace

std::unique_ptr<domain::FirstLinkStore> make_first_link(Connection& connection)
{
    return std::make_unique<SqlFirstLink>(connection);
}

} // namespace gatehouse::sql
