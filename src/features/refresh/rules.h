// What is decided about a presented refresh token (api §6).
#pragma once

#include "domain/refresh_tokens.h"
#include "domain/sessions.h"
#include "domain/users.h"

namespace gatehouse::refresh {

enum class TokenVerdict {
    rotate,
    reuse, // used before, or revoked by hand without a reason: somebody else has a copy
    ended, // revoked for a reason: nothing further happens
    expired,
};

// Revoked beats expired: an old stolen token still raises the alarm (decisions D-59).
TokenVerdict judge_token(domain::RefreshToken const& token, Instant now);

} // namespace gatehouse::refresh
