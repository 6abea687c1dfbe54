// Sealing successors, and giving them out again.
#include "features/refresh/retrying.h"

#include "crypto/digest.h"
#include "crypto/seal.h"
#include "domain/opaque_token.h"

namespace gatehouse::refresh {
namespace {
using domain::RefreshEnd;
using domain::RefreshToken;
using domain::RefreshTokenId;

SecretString key_from(SecretString const& presented, RefreshTokenId const& rotated)
{
    return crypto::hkdf_sha256(presented, rotated.text(), "gatehouse/refresh-successor/v1");
}

bool was_rotated_within(RefreshToken const& token, Duration window, Instant now)
{
    return token.is_revoked && token.revoked_at && token.revoke_reason == RefreshEnd::rotation
        && now - *token.revoked_at <= window && window > Duration(0);
}

} // namespace

std::string seal_successor(
    SecretString const& presented,
    RefreshTokenId const& rotated,
    RefreshTokenId const& successor,
    SecretString const& text,
    Random& random
)
{
    return crypto::seal(key_from(presented, rotated), text, successor.text(), random);
}

bool may_be_retried(
    RefreshToken const& rotated,
    RefreshToken const& successor,
    std::string const& fingerprint,
    Duration window,
    Instant now
)
{
    bool const is_live
        = !successor.is_revoked && !successor.revoked_at && successor.expires_at > now;
    return was_rotated_within(rotated, window, now) && rotated.replaced_by == successor.id
        && (is_live || was_rotated_within(successor, window, now))
        && successor.device_fingerprint == fingerprint;
}

std::optional<SecretString> open_successor(
    SecretString const& presented, RefreshToken const& rotated, RefreshToken const& successor
)
{
    if (!rotated.successor_sealed)
        return std::nullopt;
    auto text = crypto::open(
        key_from(presented, rotated.id), *rotated.successor_sealed, successor.id.text()
    );
    if (!text || domain::digest_of(*text) != successor.digest)
        return std::nullopt;
    return text;
}

} // namespace gatehouse::refresh
