// Keys that sign, of every algorithm: made, kept as bytes to be sealed, and read back.
#pragma once

#include "core/random.h"
#include "core/secret.h"
#include "protocols/jose/keys.h"

#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace gatehouse::jose {

// In the order of Algorithm.
using KeyPair = std::variant<crypto::Ed25519KeyPair, crypto::P256KeyPair, crypto::RsaKeyPair>;

[[nodiscard]] KeyPair mint_pair(Algorithm algorithm, Random& random);
[[nodiscard]] Algorithm algorithm_of(KeyPair const& pair);
[[nodiscard]] VerifyingKey public_part(KeyPair const& pair);

// As headers want it: 64 bytes of Ed25519, r ‖ s of ES256, or as long as the modulus of RS256.
[[nodiscard]] std::string sign(KeyPair const& pair, std::string_view message);

// The seed of Ed25519, PKCS #8 of the others.
[[nodiscard]] SecretString private_part(KeyPair const& pair);
[[nodiscard]] std::optional<KeyPair> pair_from(Algorithm algorithm, SecretString const& kept);

} // namespace gatehouse::jose
