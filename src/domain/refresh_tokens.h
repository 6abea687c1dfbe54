// Refresh tokens in families: each is used once, and a second use ends the family.
#pragma once

#include "core/async.h"
#include "core/time.h"
#include "domain/ids.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace gatehouse::domain {

enum class RefreshEnd {
    rotation,
    logout,
    force_logout,
    reuse_detected,
    expired,
    admin_action,
    security_event,
};
std::string_view to_text(RefreshEnd reason);
std::optional<RefreshEnd> parse_refresh_end(std::string_view text);

struct RefreshToken {
    RefreshTokenId id;
    OrganizationId organization_id;
    UserId user_id;
    SessionId session_id;
    TokenDigest digest;
    RefreshTokenId family_id; // id of the chain's first token
    std::optional<RefreshTokenId> parent_id;
    std::optional<RefreshTokenId> replaced_by;
    std::optional<std::string> device_fingerprint;
    Instant issued_at;
    Instant expires_at;
    bool is_revoked = false;
    std::optional<Instant> revoked_at;
    std::optional<RefreshEnd> revoke_reason;
    std::optional<Instant> suspicious_reuse_at;
    // The token that took this one's place, sealed under a key that only this one gives; wiped when
    // the retry window is over.
    std::optional<std::string> successor_sealed;
};

class RefreshTokens {
public:
    virtual ~RefreshTokens() = default;
    virtual Async<void> insert(RefreshToken token) = 0;
    // Serialises everything that is decided about one family until the unit of work ends.
    virtual Async<void> lock_family(RefreshTokenId family) = 0;
    // The one statement that decides a rotation: true for exactly one caller per token.
    virtual Async<bool> rotate(
        OrganizationId organization,
        RefreshTokenId token,
        RefreshTokenId successor,
        std::optional<std::string> successor_sealed,
        Instant now
    ) = 0;
    virtual Async<std::optional<RefreshToken>>
    find(OrganizationId organization, RefreshTokenId token) = 0;
    // Wipes what was sealed at rotations before that time, in every organization; how many.
    virtual Async<std::int64_t> forget_successors(Instant before) = 0;
    // Revokes what is still live in the family; how many.
    virtual Async<std::int64_t>
    revoke_family(OrganizationId organization, RefreshTokenId family, RefreshEnd why, Instant now)
        = 0;
    virtual Async<void>
    revoke_session(OrganizationId organization, SessionId session, RefreshEnd why, Instant now) = 0;
    virtual Async<std::int64_t> revoke_all(
        OrganizationId organization,
        UserId user,
        std::optional<SessionId> kept,
        RefreshEnd why,
        Instant now
    ) = 0;
    // Marks the presented row; true if no row of the family had been marked before, so that the
    // consequences of a reuse come once per family (api §6). Under lock_family.
    virtual Async<bool> mark_reuse(
        OrganizationId organization, RefreshTokenId family, RefreshTokenId presented, Instant now
    ) = 0;
};

} // namespace gatehouse::domain
