// Second factors, in the columns of the person's row.
#include "domain/second_factors.h"

#include "core/text.h"
#include "domain/changed.h"
#include "storage/sql/stores.h"

namespace gatehouse::sql {
namespace {
using domain::OrganizationId;
using domain::SecondFactor;
using domain::SecondFactors;
using domain::UserId;

constexpr Statement select_factor(
    "SELECT two_factor_enabled, two_factor_secret, two_factor_last_step, backup_codes, "
    "CAST(backup_codes AS text) FROM users "
    "WHERE organization_id = $1 AND id = $2 AND deleted_at IS NULL"
);
constexpr Statement claim(
    "UPDATE users SET two_factor_last_step = $5, two_factor_secret = $4 "
    "WHERE organization_id = $1 AND id = $2 AND deleted_at IS NULL AND two_factor_secret = $3 "
    "AND (two_factor_last_step IS NULL OR two_factor_last_step < $5) RETURNING id"
);
// The column as text is the same comparison on both databases, whoever wrote it and however.
constexpr Statement exchange_codes("UPDATE users SET backup_codes = $4 "
                                   "WHERE organization_id = $1 AND id = $2 AND deleted_at IS NULL "
                                   "AND (CAST(backup_codes AS text) = $3 "
                                   "OR (backup_codes IS NULL AND CAST($3 AS text) IS NULL)) "
                                   "RETURNING id");
constexpr Statement put_aside(
    "UPDATE users SET two_factor_secret = $3, backup_codes = $4, two_factor_last_step = NULL, "
    "updated_at = $5 WHERE organization_id = $1 AND id = $2 AND deleted_at IS NULL "
    "AND two_factor_enabled = false RETURNING id"
);
constexpr Statement switch_on("UPDATE users SET two_factor_enabled = true, updated_at = $3 "
                              "WHERE organization_id = $1 AND id = $2 AND deleted_at IS NULL "
                              "AND two_factor_enabled = false RETURNING id");
constexpr Statement
    take_away("UPDATE users SET two_factor_enabled = false, two_factor_secret = NULL, "
              "two_factor_last_step = NULL, backup_codes = NULL, updated_at = $3 "
              "WHERE organization_id = $1 AND id = $2");

class SqlSecondFactors final : public SecondFactors {
public:
    explicit SqlSecondFactors(Connection& connection)
        : connection_(connection)
    {
    }

    Async<std::optional<SecondFactor>> find(OrganizationId organization, UserId user) override
    {
        auto const rows = co_await connection_.query(
            select_factor, Scope::organization(organization), values(organization, user)
        );
        if (rows.empty())
            co_return std::nullopt;
        auto const row = rows.front();
        SecondFactor factor;
        factor.enabled = row.boolean(0);
        factor.secret = row.optional_text(1);
        if (factor.secret && trimmed(*factor.secret).empty()) // as SQL leaves it (decisions D-61)
            factor.secret.reset();
        factor.last_step = row.optional_integer(2);
        if (auto codes = row.optional_texts(3))
            factor.backup_codes = std::move(*codes);
        factor.backup_column = row.optional_text(4);
        co_return factor;
    }

    Async<bool> claim_step(
        OrganizationId organization,
        UserId user,
        std::string secret,
        std::string sealed,
        std::int64_t step
    ) override
    {
        co_return co_await changes(
            claim, organization, values(organization, user, secret, sealed, step)
        );
    }

    Async<bool> replace_backup_codes(
        OrganizationId organization,
        UserId user,
        std::optional<std::string> column,
        std::vector<std::string> codes
    ) override
    {
        TextList const list(std::move(codes));
        co_return co_await changes(
            exchange_codes, organization, values(organization, user, column, list)
        );
    }

    Async<bool> enrol(
        OrganizationId organization,
        UserId user,
        std::string sealed,
        std::vector<std::string> codes,
        Instant now
    ) override
    {
        connection_.note(domain::changed(user));
        TextList const list(std::move(codes));
        co_return co_await changes(
            put_aside, organization, values(organization, user, sealed, list, now)
        );
    }

    Async<bool> activate(OrganizationId organization, UserId user, Instant now) override
    {
        connection_.note(domain::changed(user));
        co_return co_await changes(switch_on, organization, values(organization, user, now));
    }

    Async<void> remove(OrganizationId organization, UserId user, Instant now) override
    {
        connection_.note(domain::changed(user));
        connection_.later(
            take_away, Scope::organization(organization), values(organization, user, now)
        );
        co_return;
    }

private:
    Async<bool> changes(Statement const& statement, OrganizationId organization, Values bound)
    {
        auto const rows = co_await connection_.query(
            statement, Scope::organization(organization), std::move(bound)
        );
        co_return !rows.empty();
    }

    Connection& connection_;
};

} // namespace

std::unique_ptr<domain::SecondFactors> make_second_factors(Connection& connection)
{
    return std::make_unique<SqlSecondFactors>(connection);
}

} // namespace gatehouse::sql
