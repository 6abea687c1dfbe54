// Minting our tokens: JSON Web Signatures in compact form (RFC 7515 7.1).
#pragma once

#include "core/secret.h"
#include "crypto/digest.h"
#include "protocols/jose/claims.h"
#include "protocols/jose/key_pairs.h"

#include <memory>
#include <optional>
#include <string>

namespace gatehouse::jose {

// Safe to use from several threads: keys are made ready once and never change.
class Signer {
public:
    // With `shared_secret` (JWT_SECRET, raw bytes) session-bound tokens are HS256; all others are
    // of the key.
    Signer(
        std::string kid,
        std::shared_ptr<KeyPair const> key,
        std::optional<crypto::HmacKey> shared_secret
    );
    Signer(std::string kid, KeyPair key, std::optional<crypto::HmacKey> shared_secret);

    // Signs the claims as their `use` says. All but the audience of session-bound tokens are
    // written.
    [[nodiscard]] SecretString mint(Claims const& claims) const;

private:
    std::string kid_;
    std::shared_ptr<KeyPair const> key_;
    std::optional<crypto::HmacKey> shared_secret_;
};

} // namespace gatehouse::jose
