// One variant over what each algorithm signs with.
#include "protocols/jose/key_pairs.h"

#include <stdexcept>
#include <utility>

namespace gatehouse::jose {
namespace {

SecretString kept_part(crypto::Ed25519KeyPair const& pair)
{
    return pair.seed();
}
SecretString kept_part(crypto::P256KeyPair const& pair)
{
    return pair.pkcs8();
}
SecretString kept_part(crypto::RsaKeyPair const& pair)
{
    return pair.pkcs8();
}

template <class Pair> std::optional<KeyPair> either_way(std::optional<Pair> pair)
{
    if (!pair)
        return std::nullopt;
    return KeyPair(std::move(*pair));
}

} // namespace

KeyPair mint_pair(Algorithm algorithm, Random& random)
{
    switch (algorithm) {
    case Algorithm::eddsa:
        return crypto::Ed25519KeyPair::mint(random);
    case Algorithm::es256:
        return crypto::P256KeyPair::mint();
    case Algorithm::rs256:
        return crypto::RsaKeyPair::mint();
    }
    throw std::logic_error("an algorithm that nobody named");
}

Algorithm algorithm_of(KeyPair const& pair)
{
    return static_cast<Algorithm>(pair.index());
}

VerifyingKey public_part(KeyPair const& pair)
{
    return std::visit([](auto const& one) { return VerifyingKey(one.public_key()); }, pair);
}

std::string sign(KeyPair const& pair, std::string_view message)
{
    return std::visit([&](auto const& one) { return one.sign(message); }, pair);
}

SecretString private_part(KeyPair const& pair)
{
    return std::visit([](auto const& one) { return kept_part(one); }, pair);
}

std::optional<KeyPair> pair_from(Algorithm algorithm, SecretString const& kept)
{
    switch (algorithm) {
    case Algorithm::eddsa:
        return either_way(crypto::Ed25519KeyPair::from_seed(kept));
    case Algorithm::es256:
        return either_way(crypto::P256KeyPair::from_pkcs8(kept));
    case Algorithm::rs256:
        return either_way(crypto::RsaKeyPair::from_pkcs8(kept));
    }
    throw std::logic_error("an algorithm that nobody named");
}

} // namespace gatehouse::jose
