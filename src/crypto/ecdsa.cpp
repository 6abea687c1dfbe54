// P-256 by OpenSSL, whose DER form of a signature becomes the fixed one and back.
#include "crypto/ecdsa.h"

#include "crypto/openssl_keys.h"

#include <openssl/core_names.h>
#include <openssl/ec.h>

namespace gatehouse::crypto {
namespace {

constexpr char const* type = "EC";
constexpr char const* curve = "prime256v1"; // as OpenSSL calls P-256

bool is_on_p256(KeyHandle const& key)
{
    std::string name(64, '\0');
    std::size_t size = 0;
    if (EVP_PKEY_get_group_name(key.get(), name.data(), name.size(), &size) != 1)
        throw OpensslFailure("reading the curve of a key");
    name.resize(size);
    return name == curve;
}

std::string raw_of(std::string_view der)
{
    auto const* at = bytes_of(der);
    auto const numbers
        = own(d2i_ECDSA_SIG(nullptr, &at, static_cast<long>(der.size())), "reading a signature");
    std::string raw(p256_signature_size, '\0');
    auto* const into = bytes_of(raw);
    constexpr int size = p256_number_size;
    if (BN_bn2binpad(ECDSA_SIG_get0_r(numbers.get()), into, size) != size
        || BN_bn2binpad(ECDSA_SIG_get0_s(numbers.get()), into + size, size) != size)
        throw OpensslFailure("writing a signature");
    return raw;
}

std::string der_of(std::string_view raw)
{
    constexpr int size = p256_number_size;
    auto numbers = own(ECDSA_SIG_new(), "a signature");
    auto r = own(BN_bin2bn(bytes_of(raw), size, nullptr), "half a signature");
    auto s = own(BN_bin2bn(bytes_of(raw) + size, size, nullptr), "half a signature");
    require_success(ECDSA_SIG_set0(numbers.get(), r.get(), s.get()), "joining a signature");
    (void)r.release(); // both belong to the signature now
    (void)s.release();
    int const length = i2d_ECDSA_SIG(numbers.get(), nullptr);
    if (length <= 0)
        throw OpensslFailure("measuring a signature");
    std::string der(static_cast<std::size_t>(length), '\0');
    auto* end = bytes_of(der);
    if (i2d_ECDSA_SIG(numbers.get(), &end) != length)
        throw OpensslFailure("writing a signature");
    return der;
}

} // namespace

P256PublicKey::P256PublicKey(std::shared_ptr<evp_pkey_st> key)
    : key_(std::move(key))
    , x_(number_of(key_, OSSL_PKEY_PARAM_EC_PUB_X, p256_number_size))
    , y_(number_of(key_, OSSL_PKEY_PARAM_EC_PUB_Y, p256_number_size))
{
}

std::optional<P256PublicKey> P256PublicKey::from_coordinates(std::string_view x, std::string_view y)
{
    if (x.size() != p256_number_size || y.size() != p256_number_size)
        return std::nullopt;
    auto const point = "\x04" + std::string(x) + std::string(y); // uncompressed (SEC 1 2.3.3)
    auto const parts = own(OSSL_PARAM_BLD_new(), "the parts of a key");
    require_success(
        OSSL_PARAM_BLD_push_utf8_string(parts.get(), OSSL_PKEY_PARAM_GROUP_NAME, curve, 0),
        "naming a curve"
    );
    require_success(
        OSSL_PARAM_BLD_push_octet_string(
            parts.get(), OSSL_PKEY_PARAM_PUB_KEY, point.data(), point.size()
        ),
        "placing a point"
    );
    auto key = public_key_from(type, *parts);
    if (!key)
        return std::nullopt;
    return P256PublicKey(std::move(key));
}

bool P256PublicKey::verify(std::string_view message, std::string_view signature) const
{
    return signature.size() == p256_signature_size
        && verify_with_sha256(key_, message, der_of(signature));
}

P256KeyPair::P256KeyPair(std::shared_ptr<evp_pkey_st> key)
    : key_(std::move(key))
    , public_key_(P256PublicKey(key_))
{
}

P256KeyPair P256KeyPair::mint()
{
    return P256KeyPair(held(EVP_PKEY_Q_keygen(nullptr, nullptr, type, curve), "making a P-256 key")
    );
}

std::optional<P256KeyPair> P256KeyPair::from_pkcs8(SecretString const& der)
{
    auto key = crypto::from_pkcs8(type, der);
    if (!key || !is_on_p256(key))
        return std::nullopt;
    return P256KeyPair(std::move(key));
}

std::string P256KeyPair::sign(std::string_view message) const
{
    return raw_of(sign_with_sha256(key_, message));
}

SecretString P256KeyPair::pkcs8() const
{
    return to_pkcs8(key_);
}

} // namespace gatehouse::crypto
