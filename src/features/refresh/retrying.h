// A refresh token that was just rotated, presented again by the same device: two tabs, or an answer
// that got lost (decisions D-56; behaviours §6).
#pragma once

#include "core/random.h"
#include "core/secret.h"
#include "core/time.h"
#include "domain/refresh_tokens.h"

#include <optional>
#include <string>

namespace gatehouse::refresh {

// The successor's text under a key that only the presented token gives, bound to the successor:
// iv ‖ AES-256-GCM(HKDF-SHA256(presented, salt `rotated`, "gatehouse/refresh-successor/v1")).
std::string seal_successor(
    SecretString const& presented,
    domain::RefreshTokenId const& rotated,
    domain::RefreshTokenId const& successor,
    SecretString const& text,
    Random& random
);

// Whether the rotated token may be presented once more now. `fingerprint` is that of whoever
// presents it, `window` how long it may be.
bool may_be_retried(
    domain::RefreshToken const& rotated,
    domain::RefreshToken const& successor,
    std::string const& fingerprint,
    Duration window,
    Instant now
);

// Nothing where it was wiped, or is not what was sealed for this successor.
std::optional<SecretString> open_successor(
    SecretString const& presented,
    domain::RefreshToken const& rotated,
    domain::RefreshToken const& successor
);

} // namespace gatehouse::refresh
