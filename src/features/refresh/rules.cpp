// The verdict on a presented refresh token.
#include "features/refresh/rules.h"

namespace gatehouse::refresh {
using domain::RefreshEnd;
using domain::RefreshToken;

TokenVerdict judge_token(RefreshToken const& token, Instant now)
{
    if (token.is_revoked || token.revoked_at) {
        bool const rotated = !token.revoke_reason || *token.revoke_reason == RefreshEnd::rotation;
        return rotated ? TokenVerdict::reuse : TokenVerdict::ended;
    }
    if (token.expires_at <= now)
        return TokenVerdict::expired;
    return TokenVerdict::rotate;
}

} // namespace gatehouse::refresh
