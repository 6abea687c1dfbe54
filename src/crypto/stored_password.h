// Stored passwords: what they look like, checking one, making one (behaviours §5).
#pragma once

#include "core/random.h"
#include "core/secret.h"

#include <optional>
#include <string>
#include <string_view>

namespace gatehouse::crypto {

// The two columns users.password_hash and users.password_scheme.
struct StoredPassword {
    std::string hash;
    std::optional<std::string> scheme; // null: written by somebody else

    bool operator==(StoredPassword const&) const = default;
};

enum class Scheme { bcrypt, bcrypt_pre1, argon2id, foreign };

// Null is foreign; nothing for a word that this release does not know.
[[nodiscard]] std::optional<Scheme> parse_scheme(std::optional<std::string> const& scheme);

// How new passwords are stored: GATEHOUSE_PASSWORD_HASH, `bcrypt:10` or `argon2id`.
struct HashPolicy {
    enum class Algorithm { bcrypt, argon2id };
    Algorithm algorithm = Algorithm::bcrypt;
    int cost = 10; // of bcrypt, 4 to 16
};
[[nodiscard]] std::optional<HashPolicy> parse_hash_policy(std::string_view text);

// What a login may send; a longer one never matches. Bounds the work, not the choice.
inline constexpr std::size_t longest_tried_password = 1024; // bytes

// What a password comes down to where it is one bcrypt: what is hashed, and what the hash then
// means.
struct BcryptTask {
    SecretString input; // fits_bcrypt
    std::string setting; // of a new password; else the stored hash
    std::string scheme; // of a new password
    bool may_match = true; // false: the work is paid for, and refused whatever comes
};
[[nodiscard]] BcryptTask
bcrypt_to_make(std::string_view password, HashPolicy policy, Random& random);
// Nothing where it is something else, or nothing at all, that verify_password knows how to do.
[[nodiscard]] std::optional<BcryptTask>
bcrypt_to_verify(std::string_view password, StoredPassword const& stored, HashPolicy usual);
[[nodiscard]] bool matches(BcryptTask const& task, std::string_view hash);
[[nodiscard]] StoredPassword made(BcryptTask task, std::string hash);

// Blocking, tens of milliseconds: on a hashing thread, never on an event loop.
[[nodiscard]] StoredPassword
hash_password(std::string_view password, HashPolicy policy, Random& random);

// Blocking as well. Whatever cannot match (72 bytes exceeded, a damaged hash, an unknown scheme)
// still costs one hash; of what cannot be checked at all, `usual` says which.
[[nodiscard]] bool
verify_password(std::string_view password, StoredPassword const& stored, HashPolicy usual = {});

// Should it be replaced after a login: foreign, another algorithm, another cost.
[[nodiscard]] bool is_outdated(StoredPassword const& stored, HashPolicy policy);

// Looks like the real thing, costs the same to check and matches nothing: for unknown addresses.
// Made without hashing.
[[nodiscard]] StoredPassword decoy_password(HashPolicy policy, Random& random);

} // namespace gatehouse::crypto
