// Tokens as the features see them: minted for a session, and read back only when the signature
// holds.
#pragma once

#include "core/secret.h"
#include "core/time.h"
#include "domain/ids.h"
#include "domain/refusal.h"
#include "domain/users.h"

#include <optional>
#include <string>

namespace gatehouse::domain {

// What a token says. Informative, but for the ids and the session version (behaviours §6).
struct TokenClaims {
    UserId subject;
    OrganizationId organization_id;
    SessionId session_id;
    std::string email;
    Role role = Role::staff;
    int session_version = 1;
    std::string token_id; // jti
    std::optional<std::string> audience; // of access tokens, when read back
    Instant issued_at;
    Instant expires_at;
};

// A token whose signature, issuer and expiry hold; whether its session lives is asked elsewhere.
struct VerifiedToken {
    TokenClaims claims;
};

class Tokens {
public:
    virtual ~Tokens() = default;
    // EdDSA, `typ: at+jwt`, for 15 minutes by its claims.
    virtual SecretString mint_access(TokenClaims const& claims) const = 0;
    // The session-bound `token` of the cookie: HS256 when JWT_SECRET is configured, else EdDSA.
    virtual SecretString mint_long(TokenClaims const& claims) const = 0;
    // Refused: invalid_token, or token_expired with a good signature.
    virtual Result<VerifiedToken> verify(std::string const& presented, Instant now) const = 0;
    // For logout alone: a session may be ended with a token that has run out.
    virtual Result<VerifiedToken> verify_without_expiry_check(std::string const& presented) const
        = 0;
    // The public keys as a JSON Web Key Set (RFC 7517 §5).
    virtual std::string key_set() const = 0;
};

} // namespace gatehouse::domain
