// Reading and making signing keys.
#include "features/signing_keys/key_ring.h"

#include "domain/signing_keys.h"

#include <stdexcept>

namespace gatehouse::signing_keys {
namespace {
using domain::SigningKey;
using domain::Storage;

constexpr std::string_view column = "signing_keys.private_sealed";

SigningKey new_key(crypto::KeyEncryptionKey const& key, Random& random, Instant now)
{
    auto const pair = crypto::Ed25519KeyPair::mint(random);
    jose::PublicKey const shown{jose::thumbprint(pair.public_key()), pair.public_key()};
    auto const seed = pair.seed();
    SigningKey made;
    made.kid = shown.kid;
    made.algorithm = "EdDSA";
    made.state = "signing";
    made.public_jwk = jose::to_jwk(shown);
    made.private_sealed
        = crypto::seal(key.subkey("signing"), seed, crypto::place_of(column, made.kid), random);
    made.not_before = now;
    return made;
}

crypto::Ed25519KeyPair opened(SigningKey const& stored, crypto::KeyEncryptionKey const& key)
{
    auto const seed = crypto::open(
        key.subkey("signing"), stored.private_sealed, crypto::place_of(column, stored.kid)
    );
    auto pair = seed ? crypto::Ed25519KeyPair::from_seed(*seed) : std::nullopt;
    if (!pair)
        throw std::runtime_error(
            "the signing key " + stored.kid
            + " does not open under this GATEHOUSE_KEK; start with the key it was made under"
        );
    if (jose::thumbprint(pair->public_key()) != stored.kid)
        throw std::runtime_error("the signing key " + stored.kid + " is not the one its name says");
    return std::move(*pair);
}

} // namespace

Async<KeyRing>
load_key_ring(Storage& storage, crypto::KeyEncryptionKey const& key, Random& random, Instant now)
{
    auto look = co_await storage.read();
    auto stored = co_await look->signing_keys().all();
    if (stored.empty()) {
        auto made = new_key(key, random, now);
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
        published.push_back(std::move(*shown));
        if (one.state == "signing")
            signing = &one;
    }
    if (!signing)
        throw std::runtime_error("signing_keys holds no key in state `signing`");
    co_return KeyRing{signing->kid, opened(*signing, key), std::move(published)};
}

} // namespace gatehouse::signing_keys
