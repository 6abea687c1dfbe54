// Public keys as JSON Web Keys (RFC 7517, RFC 8037), and their names.
#pragma once

#include "crypto/signing.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace gatehouse::jose {

struct PublicKey {
    std::string kid;
    crypto::Ed25519PublicKey key;
};

// The thumbprint of RFC 7638, 43 characters: a name that follows from the key.
[[nodiscard]] std::string thumbprint(crypto::Ed25519PublicKey const& key);

// `{"kty":"OKP","crv":"Ed25519","kid":…,"x":…,"alg":"EdDSA","use":"sig"}`
[[nodiscard]] std::string to_jwk(PublicKey const& key);

// Nothing unless it is such a key, whole and well formed.
[[nodiscard]] std::optional<PublicKey> parse_jwk(std::string_view text);

// `{"keys":[…]}` (RFC 7517 5)
[[nodiscard]] std::string to_key_set(std::vector<PublicKey> const& keys);

} // namespace gatehouse::jose
