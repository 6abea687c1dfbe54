// The vault's modes and the moves between them (behaviours §9).
#include "features/vault/rules.h"

#include "core/text.h"
#include "crypto/digest.h"
#include "crypto/secret_text.h"

#include <stdexcept>

namespace gatehouse::vault {
using domain::invalid_field;
using domain::Reason;
using domain::Refusal;
using domain::Result;
using domain::Vault;
using domain::WrappedKey;

SecretString open_vault(Vault const& vault, crypto::KeyEncryptionKey const& key)
{
    if (!vault.server_wrap)
        throw std::logic_error("a vault without the server's wrap was to be opened");
    crypto::MasterKeyWrap const wrap{vault.server_wrap->wrapped, vault.server_wrap->iv};
    auto opened = crypto::unwrap_master_key(key, wrap, vault.wrap_version, vault.user_id.text());
    if (!opened)
        throw std::runtime_error("a vault does not open under the key-encryption key " + key.id());
    return std::move(*opened);
}

void keep_key(
    Vault& vault,
    SecretString const& master_key,
    crypto::KeyEncryptionKey const& key,
    Random& random
)
{
    auto wrap = crypto::wrap_master_key(key, master_key, vault.user_id.text(), random);
    vault.server_wrap = WrappedKey{std::move(wrap.wrapped), std::move(wrap.iv)};
    vault.wrap_version = crypto::current_wrap_version;
    vault.kek_id = key.id();
    vault.key_check = crypto::check_of_master_key(master_key);
}

Result<SecretString> rotate(Vault& vault, crypto::KeyEncryptionKey const& key, Random& random)
{
    if (vault.zero_knowledge)
        return std::unexpected(Refusal{.reason = Reason::zero_knowledge_rotate});
    auto fresh = crypto::mint_master_key(random);
    keep_key(vault, fresh, key, random);
    vault.recovery_wrap.reset();
    vault.recovery_set_at.reset();
    return fresh;
}

Result<> set_recovery(Vault& vault, WrappedKey wrap, Instant now)
{
    auto const wrapped = from_base64(wrap.wrapped);
    if (!wrapped || wrapped->size() != crypto::master_key_size + crypto::tag_size)
        return std::unexpected(invalid_field("recoveryWrappedMk", "is not base64 of 48 bytes"));
    auto const iv = from_base64(wrap.iv);
    if (!iv || iv->size() != crypto::iv_size)
        return std::unexpected(invalid_field("recoveryIv", "is not base64 of 12 bytes"));
    vault.recovery_wrap = std::move(wrap);
    vault.recovery_set_at = now;
    return {};
}

Result<> clear_recovery(Vault& vault)
{
    if (vault.zero_knowledge)
        return std::unexpected(Refusal{.reason = Reason::zero_knowledge_active});
    vault.recovery_wrap.reset();
    vault.recovery_set_at.reset();
    return {};
}

Result<> enable_zero_knowledge(Vault& vault)
{
    if (vault.zero_knowledge)
        return {};
    if (!vault.recovery_wrap) {
        Refusal refusal{.reason = Reason::validation};
        refusal.error = "recoveryWrappedMk must be set before zero-knowledge is switched on";
        return std::unexpected(refusal);
    }
    vault.server_wrap.reset();
    vault.zero_knowledge = true;
    return {};
}

Result<> disable_zero_knowledge(
    Vault& vault,
    std::optional<SecretString> const& master_key,
    crypto::KeyEncryptionKey const& key,
    Random& random
)
{
    if (!vault.zero_knowledge)
        return {};
    if (!master_key)
        return std::unexpected(invalid_field("masterKey", "is required"));
    auto raw = crypto::secret_from_base64(*master_key);
    if (!raw || raw->size() != crypto::master_key_size)
        return std::unexpected(invalid_field("masterKey", "is not base64 of 32 bytes"));
    auto const check = crypto::check_of_master_key(*raw);
    if (!vault.key_check || !crypto::equal_in_constant_time(check, *vault.key_check))
        return std::unexpected(invalid_field("masterKey", "is not the key of this vault"));
    keep_key(vault, *raw, key, random);
    vault.zero_knowledge = false;
    return {};
}

} // namespace gatehouse::vault
