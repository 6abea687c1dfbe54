// The signing keys of one moment, ready for use: what verifies, what signs, what is shown.
#pragma once

#include "core/secret.h"
#include "domain/tokens.h"
#include "protocols/jose/key_pairs.h"
#include "protocols/jose/signer.h"
#include "protocols/jose/verifier.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace gatehouse::signing_keys {

struct KeyRingParts {
    std::string public_url; // the issuer, and the audience of access tokens
    std::vector<jose::PublicKey> shown; // published, signing and retiring ones
    std::string signing_kid; // empty: no key signs
    std::shared_ptr<jose::KeyPair const> signing; // null where it does not open, too
    std::string problem; // why it cannot sign, or will not be able to; empty: all is well
    std::string source; // equal for equal rows
};

// Never changed once made; a request keeps the one that it began with.
class KeyRing final : public domain::TokenSigner {
public:
    KeyRing(KeyRingParts parts, std::optional<SecretString> const& jwt_secret);

    SecretString access(domain::TokenClaims const& claims) const override;
    SecretString session_bound(domain::TokenClaims const& claims) const override;

    jose::Verifier const& verifier() const { return verifier_; }
    std::string const& key_set() const { return key_set_; }
    std::string const& signing_kid() const { return parts_.signing_kid; }
    bool can_sign() const { return signer_.has_value(); }
    std::string const& problem() const { return parts_.problem; }
    std::string const& source() const { return parts_.source; }
    // The same for the same set of keys that are believed, on every node.
    std::uint64_t generation() const { return generation_; }

private:
    SecretString signed_as(jose::Use use, domain::TokenClaims const& claims) const;

    KeyRingParts parts_;
    std::string key_set_;
    std::uint64_t generation_;
    jose::Verifier verifier_;
    std::optional<jose::Signer> signer_;
};

} // namespace gatehouse::signing_keys
