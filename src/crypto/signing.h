// Ed25519 signatures (RFC 8032) over libsodium, with keys that are made ready once.
#pragma once

#include "core/random.h"
#include "core/secret.h"

#include <optional>
#include <string>
#include <string_view>

namespace gatehouse::crypto {

inline constexpr std::size_t ed25519_seed_size = 32;
inline constexpr std::size_t ed25519_public_size = 32;
inline constexpr std::size_t ed25519_signature_size = 64;

class Ed25519PublicKey {
public:
    // Nothing unless 32 bytes. Points of small order are refused when verifying.
    static std::optional<Ed25519PublicKey> from_bytes(std::string bytes);

    [[nodiscard]] std::string const& bytes() const noexcept { return bytes_; }
    [[nodiscard]] bool verify(std::string_view message, std::string_view signature) const;

private:
    explicit Ed25519PublicKey(std::string bytes);
    friend class Ed25519KeyPair;

    std::string bytes_;
};

class Ed25519KeyPair {
public:
    static std::optional<Ed25519KeyPair> from_seed(SecretString const& seed);
    static Ed25519KeyPair mint(Random& random);

    [[nodiscard]] Ed25519PublicKey const& public_key() const noexcept { return public_key_; }
    [[nodiscard]] std::string sign(std::string_view message) const; // 64 bytes
    [[nodiscard]] SecretString seed() const; // 32 bytes, to be sealed

private:
    Ed25519KeyPair(SecretString secret, Ed25519PublicKey public_key);

    SecretString secret_; // seed ‖ public key, as libsodium keeps it
    Ed25519PublicKey public_key_;
};

} // namespace gatehouse::crypto
