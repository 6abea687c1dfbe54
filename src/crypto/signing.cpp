// Ed25519 by libsodium, which signs and verifies about twice as fast as OpenSSL 3.0.
#include "crypto/signing.h"

#include "crypto/openssl.h"

#include <sodium.h>
#include <stdexcept>

namespace gatehouse::crypto {
namespace {

void make_ready()
{
    static int const ready = sodium_init(); // also picks the fastest code for this processor
    if (ready < 0)
        throw std::runtime_error("libsodium cannot start");
}

} // namespace

Ed25519PublicKey::Ed25519PublicKey(std::string bytes)
    : bytes_(std::move(bytes))
{
}

std::optional<Ed25519PublicKey> Ed25519PublicKey::from_bytes(std::string bytes)
{
    make_ready();
    if (bytes.size() != ed25519_public_size)
        return std::nullopt;
    return Ed25519PublicKey(std::move(bytes));
}

bool Ed25519PublicKey::verify(std::string_view message, std::string_view signature) const
{
    return signature.size() == ed25519_signature_size
        && crypto_sign_verify_detached(
               bytes_of(signature), bytes_of(message), message.size(), bytes_of(bytes_)
           )
        == 0;
}

Ed25519KeyPair::Ed25519KeyPair(SecretString secret, Ed25519PublicKey public_key)
    : secret_(std::move(secret))
    , public_key_(std::move(public_key))
{
}

std::optional<Ed25519KeyPair> Ed25519KeyPair::from_seed(SecretString const& seed)
{
    make_ready();
    if (seed.size() != ed25519_seed_size)
        return std::nullopt;
    std::string secret(crypto_sign_SECRETKEYBYTES, '\0');
    std::string public_bytes(ed25519_public_size, '\0');
    if (crypto_sign_seed_keypair(bytes_of(public_bytes), bytes_of(secret), bytes_of(seed.reveal()))
        != 0)
        throw std::runtime_error("libsodium makes no key pair");
    return Ed25519KeyPair(
        SecretString(std::move(secret)), Ed25519PublicKey(std::move(public_bytes))
    );
}

Ed25519KeyPair Ed25519KeyPair::mint(Random& random)
{
    SecretString const seed(random.bytes(ed25519_seed_size));
    return std::move(*from_seed(seed));
}

std::string Ed25519KeyPair::sign(std::string_view message) const
{
    std::string signature(ed25519_signature_size, '\0');
    if (crypto_sign_detached(
            bytes_of(signature),
            nullptr,
            bytes_of(message),
            message.size(),
            bytes_of(secret_.reveal())
        )
        != 0)
        throw std::runtime_error("libsodium does not sign");
    return signature;
}

SecretString Ed25519KeyPair::seed() const
{
    return SecretString(std::string(secret_.reveal().substr(0, ed25519_seed_size)));
}

} // namespace gatehouse::crypto
