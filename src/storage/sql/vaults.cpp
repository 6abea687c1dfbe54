// Encryption vaults.
#include "domain/vaults.h"

#include "storage/sql/join.h"
#include "storage/sql/stores.h"

namespace gatehouse::sql {
namespace {
using domain::OrganizationId;
using domain::UserId;
using domain::Vault;
using domain::Vaults;
using domain::WrappedKey;

constexpr Statement insert_vault(
    "INSERT INTO encryption_vaults (organization_id, user_id, wrapped_mk, wrap_iv, wrap_version, "
    "format_version, kek_id, mk_check, created_at, updated_at) "
    "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $9) ON CONFLICT DO NOTHING RETURNING user_id"
);
constexpr Text select_vault
    = "SELECT user_id, organization_id, wrapped_mk, wrap_iv, wrap_version, format_version, kek_id, "
      "mk_check, recovery_wrapped_mk, recovery_iv, recovery_set_at, zero_knowledge, created_at, "
      "updated_at FROM encryption_vaults WHERE organization_id = $1 AND user_id = $2";
constexpr Statement find_vault(joined<select_vault>);
constexpr auto find_vault_locked
    = either({.postgres = joined<select_vault, " FOR UPDATE">, .sqlite = joined<select_vault>});
constexpr Statement update_vault(
    "UPDATE encryption_vaults SET wrapped_mk = $3, wrap_iv = $4, wrap_version = $5, kek_id = $6, "
    "mk_check = $7, recovery_wrapped_mk = $8, recovery_iv = $9, recovery_set_at = $10, "
    "zero_knowledge = $11, updated_at = $12 WHERE organization_id = $1 AND user_id = $2"
);

std::optional<WrappedKey> wrapped(Row const& row, std::size_t at)
{
    auto key = row.optional_text(at);
    auto iv = row.optional_text(at + 1);
    if (!key || !iv) // a constraint keeps the two together
        return std::nullopt;
    return WrappedKey{std::move(*key), std::move(*iv)};
}

std::optional<std::string> key_of(std::optional<WrappedKey> const& wrap)
{
    if (!wrap)
        return std::nullopt;
    return wrap->wrapped;
}

std::optional<std::string> iv_of(std::optional<WrappedKey> const& wrap)
{
    if (!wrap)
        return std::nullopt;
    return wrap->iv;
}

std::optional<Vault> read_vault(Rows const& rows)
{
    if (rows.empty())
        return std::nullopt;
    auto const row = rows.front();
    Vault vault;
    vault.user_id = UserId(row.text(0));
    vault.organization_id = OrganizationId(row.text(1));
    vault.server_wrap = wrapped(row, 2);
    vault.wrap_version = static_cast<int>(row.integer(4));
    vault.format_version = static_cast<int>(row.integer(5));
    vault.kek_id = row.text(6);
    vault.key_check = row.optional_text(7);
    vault.recovery_wrap = wrapped(row, 8);
    vault.recovery_set_at = row.optional_instant(10);
    vault.zero_knowledge = row.boolean(11);
    vault.created_at = row.instant(12);
    vault.updated_at = row.instant(13);
    return vault;
}

class SqlVaults final : public Vaults {
public:
    explicit SqlVaults(Connection& connection)
        : connection_(connection)
    {
    }

    Async<bool> insert_new(Vault vault) override
    {
        auto bound = values(
            vault.organization_id,
            vault.user_id,
            key_of(vault.server_wrap),
            iv_of(vault.server_wrap),
            vault.wrap_version,
            vault.format_version,
            vault.kek_id,
            vault.key_check,
            vault.created_at
        );
        auto const rows = co_await connection_.query(
            insert_vault, Scope::person(vault.organization_id, vault.user_id), std::move(bound)
        );
        co_return !rows.empty();
    }

    Async<std::optional<Vault>> find_locked(OrganizationId organization, UserId user) override
    {
        auto const rows = co_await connection_.query(
            find_vault_locked, Scope::person(organization, user), values(organization, user)
        );
        co_return read_vault(rows);
    }

    Async<std::optional<Vault>> find(OrganizationId organization, UserId user) override
    {
        auto const rows = co_await connection_.query(
            find_vault, Scope::person(organization, user), values(organization, user)
        );
        co_return read_vault(rows);
    }

    Async<void> save(Vault vault) override
    {
        auto bound = values(
            vault.organization_id,
            vault.user_id,
            key_of(vault.server_wrap),
            iv_of(vault.server_wrap),
            vault.wrap_version,
            vault.kek_id,
            vault.key_check,
            key_of(vault.recovery_wrap),
            iv_of(vault.recovery_wrap),
            vault.recovery_set_at,
            vault.zero_knowledge,
            vault.updated_at
        );
        connection_.later(
            update_vault, Scope::person(vault.organization_id, vault.user_id), std::move(bound)
        );
        co_return;
    }

private:
    Connection& connection_;
};

} // namespace

std::unique_ptr<domain::Vaults> make_vaults(Connection& connection)
{
    return std::make_unique<SqlVaults>(connection);
}

} // namespace gatehouse::sql
