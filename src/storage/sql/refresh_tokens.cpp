// Refresh tokens in families.
#include "domain/refresh_tokens.h"

#include "storage/sql/first_row.h"
#include "storage/sql/refresh_token_row.h"
#include "storage/sql/stores.h"

namespace gatehouse::sql {
namespace {
using domain::OrganizationId;
using domain::parse_refresh_end;
using domain::RefreshEnd;
using domain::RefreshToken;
using domain::RefreshTokenId;
using domain::RefreshTokens;
using domain::SessionId;
using domain::to_text;
using domain::TokenDigest;
using domain::UserId;

constexpr Statement insert_token(
    "INSERT INTO refresh_tokens (id, organization_id, user_id, session_id, token_hash, family_id, "
    "parent_id, device_fingerprint, issued_at, expires_at) "
    "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)"
);
// SQLite's only writer is lock enough.
constexpr auto lock_family_statement = either(
    {.postgres = "SELECT pg_advisory_xact_lock(hashtextextended('refresh ' || $1::text, 0))",
     .sqlite = "SELECT $1"}
);
constexpr Statement rotate_token(
    "UPDATE refresh_tokens SET is_revoked = true, revoked_at = $4, revoke_reason = 'rotation', "
    "replaced_by_token_id = $3, successor_sealed = $5 WHERE organization_id = $1 AND id = $2 "
    "AND is_revoked = false AND revoked_at IS NULL AND expires_at > $4 RETURNING id"
);
constexpr Statement
    end_family("UPDATE refresh_tokens SET is_revoked = true, revoked_at = $3, revoke_reason = $4 "
               "WHERE organization_id = $1 AND family_id = $2 AND is_revoked = false");
constexpr Statement end_session_tokens(
    "UPDATE refresh_tokens SET is_revoked = true, revoked_at = $3, revoke_reason = $4 "
    "WHERE organization_id = $1 AND session_id = $2 AND is_revoked = false"
);
constexpr Statement end_other_tokens(
    "UPDATE refresh_tokens SET is_revoked = true, revoked_at = $4, revoke_reason = $5 "
    "WHERE organization_id = $1 AND user_id = $2 AND session_id <> $3 AND is_revoked = false"
);
constexpr Statement marked_before(
    "SELECT count(*) FROM refresh_tokens "
    "WHERE organization_id = $1 AND family_id = $2 AND suspicious_reuse_at IS NOT NULL"
);
constexpr Statement
    mark_row("UPDATE refresh_tokens SET suspicious_reuse_at = COALESCE(suspicious_reuse_at, $3) "
             "WHERE organization_id = $1 AND id = $2");

constexpr Statement
    find_token(joined<
               "SELECT ",
               refresh_token_columns,
               " FROM refresh_tokens t WHERE t.organization_id = $1 AND t.id = $2">);
constexpr Statement wipe_successors("UPDATE refresh_tokens SET successor_sealed = NULL "
                                    "WHERE successor_sealed IS NOT NULL AND revoked_at < $1");

std::optional<Bytes> as_bytes(std::optional<std::string> raw)
{
    if (!raw)
        return std::nullopt;
    return Bytes(*std::move(raw));
}

class SqlRefreshTokens final : public RefreshTokens {
public:
    explicit SqlRefreshTokens(Connection& connection)
        : connection_(connection)
    {
    }

    Async<void> insert(RefreshToken token) override
    {
        auto bound = values(
            token.id,
            token.organization_id,
            token.user_id,
            token.session_id,
            token.digest,
            token.family_id,
            token.parent_id,
            token.device_fingerprint,
            token.issued_at,
            token.expires_at
        );
        connection_.later(
            insert_token, Scope::organization(token.organization_id), std::move(bound)
        );
        co_return;
    }

    Async<void> lock_family(RefreshTokenId family) override
    {
        connection_.later(lock_family_statement, Scope::global(), values(family));
        co_return;
    }

    Async<bool> rotate(
        OrganizationId organization,
        RefreshTokenId token,
        RefreshTokenId successor,
        std::optional<std::string> successor_sealed,
        Instant now
    ) override
    {
        auto bound = values(organization, token, successor, now, as_bytes(successor_sealed));
        auto const rows = co_await connection_.query(
            rotate_token, Scope::organization(organization), std::move(bound)
        );
        co_return !rows.empty();
    }

    Async<std::optional<RefreshToken>>
    find(OrganizationId organization, RefreshTokenId token) override
    {
        auto const rows = co_await connection_.query(
            find_token, Scope::organization(organization), values(organization, token)
        );
        co_return first_of(rows, [](Row const& row) { return read_refresh_token(row); });
    }

    Async<std::int64_t> forget_successors(Instant before) override
    {
        auto const rows
            = co_await connection_.query(wipe_successors, Scope::directory(), values(before));
        co_return rows.changed();
    }

    Async<std::int64_t> revoke_family(
        OrganizationId organization, RefreshTokenId family, RefreshEnd why, Instant now
    ) override
    {
        auto const rows = co_await connection_.query(
            end_family,
            Scope::organization(organization),
            values(organization, family, now, to_text(why))
        );
        co_return rows.changed();
    }

    Async<void> revoke_session(
        OrganizationId organization, SessionId session, RefreshEnd why, Instant now
    ) override
    {
        connection_.later(
            end_session_tokens,
            Scope::organization(organization),
            values(organization, session, now, to_text(why))
        );
        co_return;
    }

    Async<std::int64_t> revoke_all(
        OrganizationId organization,
        UserId user,
        std::optional<SessionId> kept,
        RefreshEnd why,
        Instant now
    ) override
    {
        auto const spared = kept.value_or(SessionId());
        auto bound = values(organization, user, spared, now, to_text(why));
        auto const rows = co_await connection_.query(
            end_other_tokens, Scope::organization(organization), std::move(bound)
        );
        co_return rows.changed();
    }

    Async<bool> mark_reuse(
        OrganizationId organization, RefreshTokenId family, RefreshTokenId presented, Instant now
    ) override
    {
        auto const rows = co_await connection_.query(
            marked_before, Scope::organization(organization), values(organization, family)
        );
        connection_.later(
            mark_row, Scope::organization(organization), values(organization, presented, now)
        );
        co_return rows.front().integer(0) == 0;
    }

private:
    Connection& connection_;
};

std::optional<RefreshTokenId> optional_id(std::optional<std::string> text)
{
    if (!text)
        return std::nullopt;
    return RefreshTokenId(std::move(*text));
}

} // namespace

RefreshToken read_refresh_token(Row const& row, std::size_t from)
{
    RefreshToken token;
    token.id = RefreshTokenId(row.text(from));
    token.organization_id = OrganizationId(row.text(from + 1));
    token.user_id = UserId(row.text(from + 2));
    token.session_id = SessionId(row.text(from + 3));
    token.digest = TokenDigest(row.text(from + 4));
    token.family_id = RefreshTokenId(row.text(from + 5));
    token.parent_id = optional_id(row.optional_text(from + 6));
    token.replaced_by = optional_id(row.optional_text(from + 7));
    token.device_fingerprint = row.optional_text(from + 8);
    token.issued_at = row.instant(from + 9);
    token.expires_at = row.instant(from + 10);
    token.is_revoked = row.boolean(from + 11);
    token.revoked_at = row.optional_instant(from + 12);
    if (auto const reason = row.optional_text(from + 13))
        token.revoke_reason = parse_refresh_end(*reason);
    token.suspicious_reuse_at = row.optional_instant(from + 14);
    token.successor_sealed = row.optional_bytes(from + 15);
    return token;
}

std::unique_ptr<domain::RefreshTokens> make_refresh_tokens(Connection& connection)
{
    return std::make_unique<SqlRefreshTokens>(connection);
}

} // namespace gatehouse::sql
