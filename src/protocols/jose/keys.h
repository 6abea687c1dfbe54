// Public keys as JSON Web Keys (RFC 7517, RFC 7518 6, RFC 8037), and their names.
#pragma once

#include "crypto/ecdsa.h"
#include "crypto/rsa.h"
#include "crypto/signing.h"
#include "protocols/jose/algorithms.h"

#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace gatehouse::jose {

// In the order of Algorithm: the key says which one it is for, never a token.
using VerifyingKey
    = std::variant<crypto::Ed25519PublicKey, crypto::P256PublicKey, crypto::RsaPublicKey>;

struct PublicKey {
    std::string kid;
    VerifyingKey key;
};

[[nodiscard]] Algorithm algorithm_of(VerifyingKey const& key);
[[nodiscard]] bool
verify(VerifyingKey const& key, std::string_view message, std::string_view signature);

// The thumbprint of RFC 7638, 43 characters: a name that follows from the key.
[[nodiscard]] std::string thumbprint(VerifyingKey const& key);

// `{"kty":"OKP","crv":"Ed25519","kid":…,"x":…,"alg":"EdDSA","use":"sig"}`, or with `kty` EC or RSA
[[nodiscard]] std::string to_jwk(PublicKey const& key);

// Nothing unless it is such a key, whole and well formed, and strong enough.
[[nodiscard]] std::optional<PublicKey> parse_jwk(std::string_view text);

// `{"keys":[…]}` (RFC 7517 5)
[[nodiscard]] std::string to_key_set(std::vector<PublicKey> const& keys);

} // namespace gatehouse::jose
