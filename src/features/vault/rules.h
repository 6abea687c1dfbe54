// What is decided about a vault: pure functions from its row to the next one or a refusal.
#pragma once

#include "core/secret.h"
#include "crypto/vault_wrap.h"
#include "domain/refusal.h"
#include "domain/vaults.h"

namespace gatehouse::vault {

// Opens the server's wrap; throws std::runtime_error when it does not open (damaged, moved, or
// another key-encryption key): that is an outage, not the caller's doing.
SecretString open_vault(domain::Vault const& vault, crypto::KeyEncryptionKey const& key);

// The vault with `master_key` under the server's wrap, its check renewed.
void keep_key(
    domain::Vault& vault,
    SecretString const& master_key,
    crypto::KeyEncryptionKey const& key,
    Random& random
);

// Refused in zero-knowledge mode; otherwise a new key, and the recovery wrap of the old one
// dropped.
domain::Result<SecretString>
rotate(domain::Vault& vault, crypto::KeyEncryptionKey const& key, Random& random);

domain::Result<> set_recovery(domain::Vault& vault, domain::WrappedKey wrap, Instant now);
domain::Result<> clear_recovery(domain::Vault& vault); // refused while zero-knowledge is on

// On: needs a recovery wrap, erases the server's. Off: the key must be the one that was checked.
domain::Result<> enable_zero_knowledge(domain::Vault& vault);
domain::Result<> disable_zero_knowledge(
    domain::Vault& vault,
    std::optional<SecretString> const& master_key,
    crypto::KeyEncryptionKey const& key,
    Random& random
);

} // namespace gatehouse::vault
