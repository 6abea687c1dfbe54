// bcrypt by libxcrypt, behind the check of form that libxcrypt itself lacks.
#pragma once

#include "core/random.h"

#include <string>
#include <string_view>

namespace gatehouse::crypto {

inline constexpr std::size_t longest_bcrypt_input = 72; // bytes; more would be cut in silence
inline constexpr int lowest_bcrypt_cost = 4;
inline constexpr int highest_bcrypt_cost = 16; // above 4 seconds: a planted row would stop a thread

// `$2a$`, `$2b$` or `$2y$`, a cost within the bounds above, 53 characters. Everything else given to
// crypt(3) falls back to traditional DES (security §0.3), so nothing else is.
[[nodiscard]] bool is_bcrypt(std::string_view hash);
[[nodiscard]] int bcrypt_cost(std::string_view hash); // of what is_bcrypt

[[nodiscard]] bool fits_bcrypt(std::string_view password); // neither too long nor with a NUL

[[nodiscard]] std::string bcrypt_setting(int cost, Random& random); // `$2b$10$` and 22 of salt

// The hash, 60 characters, by libxcrypt. `setting` is a setting or a whole hash; the password
// fits_bcrypt.
[[nodiscard]] std::string bcrypt(std::string_view password, std::string_view setting);

// As many characters of bcrypt's own alphabet as a digest has, chosen at random.
[[nodiscard]] std::string random_bcrypt_digest(Random& random);

} // namespace gatehouse::crypto
