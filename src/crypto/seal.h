// Sealing what the database keeps: AES-256-GCM under sub-keys of the key-encryption key.
#pragma once

#include "core/random.h"
#include "core/secret.h"

#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace gatehouse::crypto {

inline constexpr std::size_t iv_size = 12;
inline constexpr std::size_t tag_size = 16;

// iv ‖ ciphertext ‖ tag with a fresh random iv. `key` has 32 bytes. `bound_to` is the additional
// data: the sealed bytes open only for the same one.
[[nodiscard]] std::string
seal(SecretString const& key, std::string_view plain, std::string_view bound_to, Random& random);

[[nodiscard]] std::string
seal(SecretString const& key, SecretString const& plain, std::string_view bound_to, Random& random);

// Nothing unless exactly this key sealed exactly this for exactly that place.
[[nodiscard]] std::optional<SecretString>
open(SecretString const& key, std::string_view sealed, std::string_view bound_to);

// table.column ‖ 00 ‖ row id (behaviours §7): a value moved to another row does not open.
[[nodiscard]] std::string place_of(std::string_view table_and_column, std::string_view row_id);

// The text form `k1:` ‖ base64(iv ‖ ciphertext ‖ tag) for text columns.
[[nodiscard]] std::string seal_text(
    SecretString const& key, std::string_view plain, std::string_view bound_to, Random& random
);
[[nodiscard]] std::optional<SecretString>
open_text(SecretString const& key, std::string_view sealed, std::string_view bound_to);
[[nodiscard]] bool is_sealed_text(std::string_view text); // begins with `k1:`

// The one key that is not in the database.
class KeyEncryptionKey {
public:
    // Nothing unless `base64` says 32 bytes. `id` is what rows call this key.
    static std::optional<KeyEncryptionKey>
    from_base64(SecretString const& base64, std::string id = "env-v1");
    static KeyEncryptionKey mint(Random& random, std::string id = "env-v1"); // development's own

    [[nodiscard]] SecretString to_base64() const; // for development's key file
    [[nodiscard]] bool is_all_zero() const; // refused in production (decisions D-88)
    [[nodiscard]] std::string const& id() const noexcept { return id_; }

    // HKDF with the info "gatehouse/" ‖ use ‖ "/v1": totp, outbox, signing, pepper. Derived once
    // and kept while few others are asked for; from any thread.
    [[nodiscard]] SecretString subkey(std::string_view use) const;

    [[nodiscard]] SecretString const& key() const noexcept { return key_; } // for the vault

private:
    struct Derived;
    KeyEncryptionKey(SecretString key, std::string id);

    SecretString key_;
    std::string id_;
    std::shared_ptr<Derived> derived_;
};

} // namespace gatehouse::crypto
