// Base32 (RFC 4648), the alphabet in which secrets of one-time codes travel.
#pragma once

#include "core/secret.h"

#include <optional>
#include <string>
#include <string_view>

namespace gatehouse::one_time_codes {

// The 32 characters: neither 0, 1 nor 8, which are misread.
inline constexpr std::string_view base32_alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

[[nodiscard]] SecretString to_base32(SecretString const& bytes); // without padding

// As people copy it: lower case, blanks, dashes and padding do not count. Nothing for any other
// character, and for a text that says no byte.
[[nodiscard]] std::optional<SecretString> from_base32(SecretString const& text);

} // namespace gatehouse::one_time_codes
