// Sealing and opening the private part.
#include "features/signing_keys/sealed_keys.h"

#include "features/signing_keys/rules.h"

#include <stdexcept>
#include <utility>

namespace gatehouse::signing_keys {
namespace {
using domain::KeyState;
using domain::SigningKey;

constexpr std::string_view column = "signing_keys.private_sealed";
} // namespace

SigningKey minted(
    crypto::KeyEncryptionKey const& key,
    Random& random,
    jose::Algorithm algorithm,
    KeyState state,
    Instant now
)
{
    auto const pair = jose::mint_pair(algorithm, random);
    auto const seen = jose::public_part(pair);
    auto const kept = jose::private_part(pair);
    SigningKey made;
    made.kid = jose::thumbprint(seen);
    made.algorithm = jose::to_text(algorithm);
    made.state = state;
    made.public_jwk = jose::to_jwk({made.kid, seen});
    made.private_sealed
        = crypto::seal(key.subkey("signing"), kept, crypto::place_of(column, made.kid), random);
    made.published_at = now;
    made.not_before = state == KeyState::signing ? now : may_sign_from(now);
    return made;
}

jose::KeyPair opened(SigningKey const& stored, crypto::KeyEncryptionKey const& key)
{
    auto const algorithm = jose::parse_algorithm(stored.algorithm);
    if (!algorithm)
        throw std::runtime_error(
            "the signing key " + stored.kid + " is of an algorithm that this version does not know"
        );
    auto const kept = crypto::open(
        key.subkey("signing"), stored.private_sealed, crypto::place_of(column, stored.kid)
    );
    auto pair = kept ? jose::pair_from(*algorithm, *kept) : std::nullopt;
    if (!pair)
        throw std::runtime_error(
            "the signing key " + stored.kid
            + " does not open under this GATEHOUSE_KEK; start with the key it was made under"
        );
    if (jose::thumbprint(jose::public_part(*pair)) != stored.kid)
        throw std::runtime_error("the signing key " + stored.kid + " is not the one its name says");
    return std::move(*pair);
}

jose::PublicKey shown(SigningKey const& stored)
{
    auto seen = jose::parse_jwk(stored.public_jwk);
    if (!seen)
        throw std::runtime_error("the signing key " + stored.kid + " has no usable public part");
    if (seen->kid != stored.kid || jose::thumbprint(seen->key) != stored.kid)
        throw std::runtime_error("the signing key " + stored.kid + " shows another public part");
    return std::move(*seen);
}

} // namespace gatehouse::signing_keys
