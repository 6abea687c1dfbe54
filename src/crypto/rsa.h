// RSA signatures with PKCS #1 v1.5 and SHA-256, as RS256 wants them (RFC 7518 3.3).
#pragma once

#include "core/secret.h"

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

struct evp_pkey_st; // of OpenSSL

namespace gatehouse::crypto {

inline constexpr int rsa_least_bits = 2048; // RFC 7518 3.3; less is refused
inline constexpr int rsa_most_bits = 8192; // beyond it one signature takes too long to check
inline constexpr int rsa_minted_bits = 3072;

// Safe to use from several threads.
class RsaPublicKey {
public:
    // Big-endian without leading zeros. Nothing unless the modulus is odd and of 2048 to 8192 bits,
    // and the exponent the one that everybody uses, 65537.
    static std::optional<RsaPublicKey> from_numbers(std::string_view n, std::string_view e);

    [[nodiscard]] std::string const& n() const noexcept { return n_; }
    [[nodiscard]] std::string const& e() const noexcept { return e_; }
    [[nodiscard]] bool verify(std::string_view message, std::string_view signature) const;

private:
    explicit RsaPublicKey(std::shared_ptr<evp_pkey_st> key);
    friend class RsaKeyPair;

    std::shared_ptr<evp_pkey_st> key_;
    std::string n_;
    std::string e_;
};

class RsaKeyPair {
public:
    static RsaKeyPair mint(int bits = rsa_minted_bits); // by OpenSSL's own randomness
    static std::optional<RsaKeyPair> from_pkcs8(SecretString const& der);

    [[nodiscard]] RsaPublicKey const& public_key() const noexcept { return public_key_; }
    [[nodiscard]] std::string sign(std::string_view message) const; // as long as the modulus
    [[nodiscard]] SecretString pkcs8() const; // to be sealed

private:
    explicit RsaKeyPair(std::shared_ptr<evp_pkey_st> key);

    std::shared_ptr<evp_pkey_st> key_;
    RsaPublicKey public_key_;
};

} // namespace gatehouse::crypto
