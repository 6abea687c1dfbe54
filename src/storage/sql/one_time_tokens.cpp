// Mailed links and pending second factors.
#include "domain/one_time_tokens.h"

#include "storage/sql/stores.h"

namespace gatehouse::sql {
namespace {
using domain::OneTimeToken;
using domain::OneTimeTokenId;
using domain::OneTimeTokens;
using domain::OrganizationId;
using domain::to_text;
using domain::TokenPurpose;
using domain::UserId;

constexpr Statement insert_token(
    "INSERT INTO one_time_tokens (id, organization_id, user_id, purpose, token_hash, payload, "
    "created_at, expires_at, requested_ip) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)"
);
constexpr Statement
    spend_token("UPDATE one_time_tokens SET used_at = $3 WHERE organization_id = $1 AND id = $2 "
                "AND used_at IS NULL AND expires_at > $3 RETURNING id");
constexpr Statement raise_attempts("UPDATE one_time_tokens SET attempts = attempts + 1 "
                                   "WHERE organization_id = $1 AND id = $2");
constexpr Statement void_tokens(
    "UPDATE one_time_tokens SET used_at = $4 WHERE organization_id = $1 AND user_id = $2 "
    "AND purpose = $3 AND used_at IS NULL"
);
constexpr auto rebind_tokens = either(
    {.postgres = "UPDATE one_time_tokens SET payload = CAST(replace(CAST(payload AS text), "
                 "CAST($4 AS text), CAST($5 AS text)) AS jsonb) WHERE organization_id = $1 "
                 "AND user_id = $2 AND purpose = $3 AND used_at IS NULL",
     .sqlite = "UPDATE one_time_tokens SET payload = replace(payload, $4, $5) "
               "WHERE organization_id = $1 AND user_id = $2 AND purpose = $3 AND used_at IS NULL"}
);

class SqlOneTimeTokens final : public OneTimeTokens {
public:
    explicit SqlOneTimeTokens(Connection& connection)
        : connection_(connection)
    {
    }

    Async<void> insert(OneTimeToken token) override
    {
        auto bound = values(
            token.id,
            token.organization_id,
            token.user_id,
            to_text(token.purpose),
            token.digest,
            token.payload,
            token.created_at,
            token.expires_at,
            token.requested_ip
        );
        connection_.later(
            insert_token, Scope::organization(token.organization_id), std::move(bound)
        );
        co_return;
    }

    Async<bool> spend(OrganizationId organization, OneTimeTokenId token, Instant now) override
    {
        auto const rows = co_await connection_.query(
            spend_token, Scope::organization(organization), values(organization, token, now)
        );
        co_return !rows.empty();
    }

    Async<void> count_attempt(OrganizationId organization, OneTimeTokenId token) override
    {
        connection_.later(
            raise_attempts, Scope::organization(organization), values(organization, token)
        );
        co_return;
    }

    Async<void> rebind(
        OrganizationId organization,
        UserId user,
        TokenPurpose purpose,
        std::string before,
        std::string after
    ) override
    {
        connection_.later(
            rebind_tokens,
            Scope::organization(organization),
            values(organization, user, to_text(purpose), before, after)
        );
        co_return;
    }

    Async<std::int64_t>
    void_all(OrganizationId organization, UserId user, TokenPurpose purpose, Instant now) override
    {
        auto const rows = co_await connection_.query(
            void_tokens,
            Scope::organization(organization),
            values(organization, user, to_text(purpose), now)
        );
        co_return rows.changed();
    }

private:
    Connection& connection_;
};

} // namespace

std::unique_ptr<domain::OneTimeTokens> make_one_time_tokens(Connection& connection)
{
    return std::make_unique<SqlOneTimeTokens>(connection);
}

} // namespace gatehouse::sql
