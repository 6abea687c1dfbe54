// RSA by OpenSSL, with the sizes and exponents that we take judged first.
#include "crypto/rsa.h"

#include "crypto/openssl_keys.h"

#include <openssl/core_names.h>
#include <openssl/rsa.h>

namespace gatehouse::crypto {
namespace {

constexpr char const* type = "RSA";
constexpr std::string_view common_exponent{"\x01\x00\x01", 3};

bool is_usable(std::string_view n, std::string_view e)
{
    if (e != common_exponent || n.empty() || n.front() == '\0')
        return false;
    int bits = static_cast<int>(n.size()) * 8;
    for (auto lead = static_cast<unsigned char>(n.front()); (lead & 0x80U) == 0; lead <<= 1U)
        --bits;
    bool const is_odd = (static_cast<unsigned char>(n.back()) & 1U) != 0;
    return is_odd && bits >= rsa_least_bits && bits <= rsa_most_bits;
}

void push(OSSL_PARAM_BLD& parts, char const* name, BIGNUM const* number)
{
    require_success(OSSL_PARAM_BLD_push_BN(&parts, name, number), "placing a number of a key");
}

} // namespace

RsaPublicKey::RsaPublicKey(std::shared_ptr<evp_pkey_st> key)
    : key_(std::move(key))
    , n_(number_of(key_, OSSL_PKEY_PARAM_RSA_N))
    , e_(number_of(key_, OSSL_PKEY_PARAM_RSA_E))
{
}

std::optional<RsaPublicKey> RsaPublicKey::from_numbers(std::string_view n, std::string_view e)
{
    if (n.size() > rsa_most_bits / 8 || !is_usable(n, e))
        return std::nullopt;
    auto const parts = own(OSSL_PARAM_BLD_new(), "the parts of a key");
    auto const modulus
        = own(BN_bin2bn(bytes_of(n), static_cast<int>(n.size()), nullptr), "a modulus");
    auto const exponent
        = own(BN_bin2bn(bytes_of(e), static_cast<int>(e.size()), nullptr), "an exponent");
    push(*parts, OSSL_PKEY_PARAM_RSA_N, modulus.get()); // the numbers outlive what refers to them
    push(*parts, OSSL_PKEY_PARAM_RSA_E, exponent.get());
    auto key = public_key_from(type, *parts);
    if (!key)
        return std::nullopt;
    return RsaPublicKey(std::move(key));
}

bool RsaPublicKey::verify(std::string_view message, std::string_view signature) const
{
    return signature.size() == n_.size() && verify_with_sha256(key_, message, signature);
}

RsaKeyPair::RsaKeyPair(std::shared_ptr<evp_pkey_st> key)
    : key_(std::move(key))
    , public_key_(RsaPublicKey(key_))
{
}

RsaKeyPair RsaKeyPair::mint(int bits)
{
    return RsaKeyPair(held(
        EVP_PKEY_Q_keygen(nullptr, nullptr, type, static_cast<std::size_t>(bits)),
        "making an RSA key"
    ));
}

std::optional<RsaKeyPair> RsaKeyPair::from_pkcs8(SecretString const& der)
{
    auto key = crypto::from_pkcs8(type, der);
    if (!key)
        return std::nullopt;
    RsaKeyPair pair(std::move(key));
    if (!is_usable(pair.public_key().n(), pair.public_key().e()))
        return std::nullopt;
    return pair;
}

std::string RsaKeyPair::sign(std::string_view message) const
{
    return sign_with_sha256(key_, message);
}

SecretString RsaKeyPair::pkcs8() const
{
    return to_pkcs8(key_);
}

} // namespace gatehouse::crypto
