// bcrypt's own base64: what of a hash is salt and digest.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace gatehouse::crypto {

inline constexpr std::string_view bcrypt_alphabet
    = "./ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
inline constexpr std::size_t bcrypt_setting_size = 29; // `$2b$10$` and 22 characters of salt
inline constexpr std::size_t bcrypt_hash_size = 60;

using BcryptSalt = std::array<std::uint32_t, 4>;
using BcryptDigest = std::array<std::uint32_t, 6>;

// Of a setting whose form was judged (is_bcrypt).
[[nodiscard]] BcryptSalt salt_of(std::string_view setting);

// The whole hash. Four bits of the salt's last character mean nothing; they come out as nought, as
// everywhere, and so does the last byte of the digest: it is left out.
[[nodiscard]] std::string bcrypt_hash_text(std::string_view setting, BcryptDigest const& digest);

} // namespace gatehouse::crypto
