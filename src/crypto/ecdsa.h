// ECDSA on P-256 with SHA-256, as ES256 wants it (RFC 7518 3.4): signatures are r ‖ s, never DER.
#pragma once

#include "core/secret.h"

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

struct evp_pkey_st; // of OpenSSL

namespace gatehouse::crypto {

inline constexpr std::size_t p256_number_size = 32; // a coordinate, r, or s
inline constexpr std::size_t p256_signature_size = 64;

// Safe to use from several threads.
class P256PublicKey {
public:
    // Nothing unless each has 32 bytes, and the point lies on the curve.
    static std::optional<P256PublicKey> from_coordinates(std::string_view x, std::string_view y);

    [[nodiscard]] std::string const& x() const noexcept { return x_; }
    [[nodiscard]] std::string const& y() const noexcept { return y_; }
    [[nodiscard]] bool verify(std::string_view message, std::string_view signature) const;

private:
    explicit P256PublicKey(std::shared_ptr<evp_pkey_st> key);
    friend class P256KeyPair;

    std::shared_ptr<evp_pkey_st> key_;
    std::string x_;
    std::string y_;
};

class P256KeyPair {
public:
    static P256KeyPair mint(); // by OpenSSL's own randomness
    static std::optional<P256KeyPair> from_pkcs8(SecretString const& der);

    [[nodiscard]] P256PublicKey const& public_key() const noexcept { return public_key_; }
    [[nodiscard]] std::string sign(std::string_view message) const; // 64 bytes
    [[nodiscard]] SecretString pkcs8() const; // to be sealed

private:
    explicit P256KeyPair(std::shared_ptr<evp_pkey_st> key);

    std::shared_ptr<evp_pkey_st> key_;
    P256PublicKey public_key_;
};

} // namespace gatehouse::crypto
