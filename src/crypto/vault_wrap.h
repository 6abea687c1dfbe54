// Wrapping a person's vault key under the key-encryption key (behaviours §9).
#pragma once

#include "core/random.h"
#include "core/secret.h"
#include "crypto/seal.h"

#include <optional>
#include <string>
#include <string_view>

namespace gatehouse::crypto {

inline constexpr std::size_t master_key_size = 32;
inline constexpr int current_wrap_version = 2;

// Both base64: 64 and 16 characters.
struct MasterKeyWrap {
    std::string wrapped; // ciphertext ‖ tag
    std::string iv;
};

[[nodiscard]] SecretString mint_master_key(Random& random);

// Version 2: bound to the person and the name of the key, so that rows cannot be swapped.
[[nodiscard]] MasterKeyWrap wrap_master_key(
    KeyEncryptionKey const& key,
    SecretString const& master_key,
    std::string_view user_id,
    Random& random
);

// Versions 2 and 1 (imported: bound to nothing; wrap it again when seen). Nothing when it does not
// open: another key, another person's row, a damaged one, or an unknown version.
[[nodiscard]] std::optional<SecretString> unwrap_master_key(
    KeyEncryptionKey const& key,
    MasterKeyWrap const& wrap,
    int wrap_version,
    std::string_view user_id
);

// What recognises a master key without telling it: `mk_check`, 24 characters.
[[nodiscard]] std::string check_of_master_key(SecretString const& master_key);

} // namespace gatehouse::crypto
