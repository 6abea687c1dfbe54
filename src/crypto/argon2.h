// Argon2 (RFC 9106) by libsodium, with a bound on what a stored string may make us spend.
#pragma once

#include "core/random.h"

#include <optional>
#include <string>
#include <string_view>

namespace gatehouse::crypto {

// RFC 9106's form `$argon2id$v=19$m=…,t=…,p=…$salt$hash` or argon2i, with at most 256 MiB, and at
// most 2 GiB over all passes.
[[nodiscard]] bool is_argon2(std::string_view hash);

// Nothing when libsodium cannot read the string; throws std::bad_alloc without enough memory.
[[nodiscard]] std::optional<bool> verify_argon2(std::string_view password, std::string const& hash);

// What new argon2id hashes begin with: 19 MiB, two passes, one lane (OWASP's first choice).
inline constexpr std::string_view argon2id_parameters = "$argon2id$v=19$m=19456,t=2,p=1$";
[[nodiscard]] std::string hash_argon2id(std::string_view password, Random& random);
[[nodiscard]] std::string argon2id_decoy(Random& random); // of the same form, without hashing

} // namespace gatehouse::crypto
