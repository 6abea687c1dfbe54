// Time-based one-time codes (RFC 6238): SHA-1, six digits, thirty seconds, one step of tolerance.
#pragma once

#include "core/secret.h"

#include <cstdint>
#include <optional>
#include <string>

namespace gatehouse::one_time_codes {

inline constexpr std::int64_t step_seconds = 30;
inline constexpr std::size_t digits = 6;

[[nodiscard]] std::int64_t step_at(std::int64_t unix_seconds);

// The code of one step. `key` is raw bytes.
[[nodiscard]] std::string code_of(SecretString const& key, std::int64_t step);

// The step whose code was presented, if it lies within one of now and after `last_step`: an
// accepted step is never accepted again. Blanks and dashes in the code do not count. Takes the same
// time whether or not a code is right. Throws std::runtime_error for a secret that is no base32.
[[nodiscard]] std::optional<std::int64_t> accepted_step(
    SecretString const& base32_secret,
    SecretString const& code,
    std::int64_t unix_seconds,
    std::optional<std::int64_t> last_step
);

} // namespace gatehouse::one_time_codes
