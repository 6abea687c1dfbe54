// Reading and making signing keys.
#include "features/signing_keys/key_ring.h"

#include "domain/signing_keys.h"

#include <stdexcept>

namespace gatehouse::signing_keys {
namespace {
using domain::SigningKey;
using domain::Storage;

constexpr std::string_view column = "signing_keys.private_sealed";

SigningKey
new_key(crypto::KeyEncryptionKey const& key, Random& random, jose::Algorithm algorithm, Instant now)
{
    auto const pair = jose::mint_pair(algorithm, random);
    auto const shown = jose::public_part(pair);
    auto const kept = jose::private_part(pair);
    SigningKey made;
    made.kid = jose::thumbprint(shown);
    made.algorithm = jose::to_text(algorithm);
    made.state = "signing";
    made.public_jwk = jose::to_jwk({made.kid, shown});
    made.private_sealed
        = crypto::seal(key.subkey("signing"), kept, crypto::place_of(column, made.kid), random);
    made.not_before = now;
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

} // namespace

Async<KeyRing> load_key_ring(
    Storage& storage,
    crypto::KeyEncryptionKey const& key,
    Random& random,
    jose::Algorithm algorithm,
    Instant now
)
{
    auto look = co_await storage.read();
    auto stored = co_await look->signing_keys().all();
    if (stored.empty()) {
        auto made = new_key(key, random, algorithm, now);
        auto work = co_await storage.begin();
        bool const first = co_await work->signing_keys().insert_first(made);
        co_await work->commit();
        if (first) {
            stored.push_back(std::move(made));
        } else { // another node was faster: its key is everybody's
            auto again = co_await storage.read();
            stored = co_await again->signing_keys().all();
        }
    }
    std::vector<jose::PublicKey> published;
    SigningKey const* signing = nullptr;
    for (auto const& one : stored) {
        auto shown = jose::parse_jwk(one.public_jwk);
        if (!shown)
            throw std::runtime_error("the signing key " + one.kid + " has no usable public part");
        if (shown->kid != one.kid || jose::thumbprint(shown->key) != one.kid)
            throw std::runtime_error("the signing key " + one.kid + " shows another public part");
        published.push_back(std::move(*shown));
        if (one.state == "signing")
            signing = &one;
    }
    if (!signing)
        throw std::runtime_error("signing_keys holds no key in state `signing`");
    co_return KeyRing{signing->kid, opened(*signing, key), std::move(published)};
}

} // namespace gatehouse::signing_keys
