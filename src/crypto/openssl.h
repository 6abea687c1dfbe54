// What the OpenSSL calls of this room share: owners for its objects, and one way to fail.
#pragma once

#include <memory>
#include <openssl/bn.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <openssl/params.h>
#include <openssl/x509.h>
#include <stdexcept>
#include <string>
#include <string_view>

namespace gatehouse::crypto {

// OpenSSL could not do what it always can: out of memory, or a broken installation.
class OpensslFailure : public std::runtime_error {
public:
    explicit OpensslFailure(std::string const& step);
};

// Throws OpensslFailure with the library's own words unless `result` is 1.
void require_success(int result, char const* step);

struct OpensslFree {
    void operator()(EVP_MD_CTX* context) const noexcept { EVP_MD_CTX_free(context); }
    void operator()(EVP_MD* digest) const noexcept { EVP_MD_free(digest); }
    void operator()(EVP_MAC* mac) const noexcept { EVP_MAC_free(mac); }
    void operator()(EVP_MAC_CTX* context) const noexcept { EVP_MAC_CTX_free(context); }
    void operator()(EVP_CIPHER* cipher) const noexcept { EVP_CIPHER_free(cipher); }
    void operator()(EVP_CIPHER_CTX* context) const noexcept { EVP_CIPHER_CTX_free(context); }
    void operator()(EVP_PKEY* key) const noexcept { EVP_PKEY_free(key); }
    void operator()(EVP_PKEY_CTX* context) const noexcept { EVP_PKEY_CTX_free(context); }
    void operator()(BIGNUM* number) const noexcept { BN_clear_free(number); }
    void operator()(ECDSA_SIG* numbers) const noexcept { ECDSA_SIG_free(numbers); }
    void operator()(OSSL_PARAM_BLD* parts) const noexcept { OSSL_PARAM_BLD_free(parts); }
    void operator()(OSSL_PARAM* parts) const noexcept { OSSL_PARAM_free(parts); }
    void operator()(PKCS8_PRIV_KEY_INFO* held) const noexcept { PKCS8_PRIV_KEY_INFO_free(held); }
};
template <class T> using Owned = std::unique_ptr<T, OpensslFree>;

// Takes what a fetch or constructor of OpenSSL gave; throws if it gave nothing.
template <class T> Owned<T> own(T* object, char const* step)
{
    if (!object)
        throw OpensslFailure(step);
    return Owned<T>(object);
}

inline unsigned char const* bytes_of(std::string_view text)
{
    return reinterpret_cast<unsigned char const*>(text.data());
}
inline unsigned char* bytes_of(std::string& text)
{
    return reinterpret_cast<unsigned char*>(text.data());
}

} // namespace gatehouse::crypto
