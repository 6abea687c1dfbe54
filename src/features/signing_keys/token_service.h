// Tokens for the rest of the house: the domain's claims over JSON Web Tokens.
#pragma once

#include "domain/tokens.h"
#include "features/signing_keys/key_ring.h"
#include "features/signing_keys/verified_tokens.h"
#include "protocols/jose/signer.h"
#include "protocols/jose/verifier.h"

#include <optional>
#include <string>

namespace gatehouse::signing_keys {

class TokenService final : public domain::Tokens {
public:
    // `public_url` is the issuer, and the audience of access tokens. `cached` signature checks are
    // kept at most.
    TokenService(
        std::string public_url,
        KeyRing ring,
        std::optional<SecretString> const& jwt_secret,
        std::size_t cached
    );

    SecretString mint_access(domain::TokenClaims const& claims) const override;
    SecretString mint_long(domain::TokenClaims const& claims) const override;
    domain::Result<domain::VerifiedToken>
    verify(std::string const& presented, Instant now) const override;
    domain::Result<domain::VerifiedToken> verify_without_expiry_check(std::string const& presented
    ) const override;
    std::string key_set() const override { return key_set_; }

private:
    jose::Claims claims_of(domain::TokenClaims const& claims, jose::Use use) const;

    std::string public_url_;
    std::string key_set_;
    jose::Verifier verifier_;
    jose::Signer signer_;
    mutable VerifiedTokens verified_;
};

} // namespace gatehouse::signing_keys
