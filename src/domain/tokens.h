// Tokens as the features see them: minted for a session, and read back only when the signature
// holds.
#pragma once

#include "core/async.h"
#include "core/secret.h"
#include "core/time.h"
#include "domain/ids.h"
#include "domain/refusal.h"
#include "domain/users.h"

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace gatehouse::domain {

class UnitOfWork;

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
// Copies share what was read.
class VerifiedToken {
public:
    explicit VerifiedToken(TokenClaims claims)
        : claims_(std::make_shared<TokenClaims const>(std::move(claims)))
    {
    }
    TokenClaims const& claims() const noexcept { return *claims_; }

private:
    std::shared_ptr<TokenClaims const> claims_;
};

// Signs under the one key that is in state `signing`.
class TokenSigner {
public:
    virtual ~TokenSigner() = default;
    // `typ: at+jwt`, for 15 minutes by its claims.
    virtual SecretString access(TokenClaims const& claims) const = 0;
    // The `token` of the cookie: HS256 when JWT_SECRET is configured, else of the same key.
    virtual SecretString session_bound(TokenClaims const& claims) const = 0;
};

// Keys that cannot be read are an exception (503), never a bad token (decisions D-54). Presented
// text must outlive the wait for what is said of it.
class Tokens {
public:
    virtual ~Tokens() = default;
    // Which key signs is asked in `work`, so that no retired one ever does.
    virtual Async<std::shared_ptr<TokenSigner const>> signer(UnitOfWork& work) const = 0;
    // What verify() would say, where nothing has to be waited for and no signature to be checked.
    virtual std::optional<VerifiedToken>
    verified_before(std::string_view /*presented*/, Instant /*now*/) const
    {
        return std::nullopt;
    }
    // Refused: invalid_token, or token_expired with a good signature. Keys that have to be read
    // again are read in `held`: whoever keeps a unit of work must not wait for another.
    virtual Async<Result<VerifiedToken>>
    verify(std::string_view presented, Instant now, UnitOfWork* held) const = 0;
    Async<Result<VerifiedToken>> verify(std::string_view presented, Instant now) const
    {
        return verify(presented, now, nullptr);
    }
    // For logout alone: a session may be ended with a token that has run out.
    Async<Result<VerifiedToken>>
    verify_without_expiry_check(std::string_view presented, UnitOfWork* held = nullptr) const
    {
        return verify(presented, Instant(), held); // at the epoch none has run out yet
    }
    // The public keys as a JSON Web Key Set (RFC 7517 §5).
    virtual Async<std::string> key_set() const = 0;
};

} // namespace gatehouse::domain
