// Keys of OpenSSL 3 by its provider interface; nothing here is deprecated.
#include "crypto/openssl_keys.h"

#include <algorithm>
#include <openssl/err.h>

namespace gatehouse::crypto {
namespace {

// What was refused is an answer here, not a failure: the queue must not speak for the next call.
KeyHandle refused()
{
    ERR_clear_error();
    return nullptr;
}

bool is_sound(KeyHandle const& key, int (*check)(EVP_PKEY_CTX*))
{
    auto const context
        = own(EVP_PKEY_CTX_new_from_pkey(nullptr, key.get(), nullptr), "a context for a key");
    return check(context.get()) == 1;
}

} // namespace

KeyHandle held(EVP_PKEY* made, char const* step)
{
    return KeyHandle(own(made, step));
}

std::string sign_with_sha256(KeyHandle const& key, std::string_view message)
{
    auto const context = own(EVP_MD_CTX_new(), "a context for signing");
    require_success(
        EVP_DigestSignInit_ex(
            context.get(), nullptr, "SHA256", nullptr, nullptr, key.get(), nullptr
        ),
        "beginning to sign"
    );
    auto size = static_cast<std::size_t>(EVP_PKEY_get_size(key.get()));
    std::string signature(size, '\0');
    require_success(
        EVP_DigestSign(
            context.get(), bytes_of(signature), &size, bytes_of(message), message.size()
        ),
        "signing"
    );
    signature.resize(size);
    return signature;
}

bool verify_with_sha256(KeyHandle const& key, std::string_view message, std::string_view signature)
{
    auto const context = own(EVP_MD_CTX_new(), "a context for verifying");
    require_success(
        EVP_DigestVerifyInit_ex(
            context.get(), nullptr, "SHA256", nullptr, nullptr, key.get(), nullptr
        ),
        "beginning to verify"
    );
    int const result = EVP_DigestVerify(
        context.get(), bytes_of(signature), signature.size(), bytes_of(message), message.size()
    );
    if (result != 1) // 0 and less are the same to whoever asks: malformed, or of another key
        ERR_clear_error();
    return result == 1;
}

std::string number_of(KeyHandle const& key, char const* name, std::size_t size)
{
    BIGNUM* found = nullptr;
    require_success(EVP_PKEY_get_bn_param(key.get(), name, &found), "reading a number of a key");
    auto const number = own(found, "a number of a key");
    auto const least = static_cast<std::size_t>(BN_num_bytes(number.get()));
    std::string bytes(std::max(least, size), '\0');
    if (BN_bn2binpad(number.get(), bytes_of(bytes), static_cast<int>(bytes.size())) < 0)
        throw OpensslFailure("writing a number of a key");
    return bytes;
}

KeyHandle public_key_from(char const* type, OSSL_PARAM_BLD& parts)
{
    auto const named = own(OSSL_PARAM_BLD_to_param(&parts), "the parts of a key");
    auto const context
        = own(EVP_PKEY_CTX_new_from_name(nullptr, type, nullptr), "a context for a key");
    require_success(EVP_PKEY_fromdata_init(context.get()), "beginning to take a key in");
    EVP_PKEY* made = nullptr;
    if (EVP_PKEY_fromdata(context.get(), &made, EVP_PKEY_PUBLIC_KEY, named.get()) != 1)
        return refused();
    auto key = held(made, "taking a key in");
    return is_sound(key, EVP_PKEY_public_check) ? key : refused();
}

SecretString to_pkcs8(KeyHandle const& key)
{
    auto const plain = own(EVP_PKEY2PKCS8(key.get()), "writing a private key");
    int const size = i2d_PKCS8_PRIV_KEY_INFO(plain.get(), nullptr);
    if (size <= 0)
        throw OpensslFailure("measuring a private key");
    std::string der(static_cast<std::size_t>(size), '\0');
    auto* end = bytes_of(der);
    if (i2d_PKCS8_PRIV_KEY_INFO(plain.get(), &end) != size)
        throw OpensslFailure("writing a private key");
    return SecretString(std::move(der));
}

KeyHandle from_pkcs8(char const* type, SecretString const& der)
{
    auto const* at = bytes_of(der.reveal());
    auto const* const end = at + der.size();
    std::unique_ptr<PKCS8_PRIV_KEY_INFO, OpensslFree> const plain(
        d2i_PKCS8_PRIV_KEY_INFO(nullptr, &at, static_cast<long>(der.size()))
    );
    if (!plain || at != end)
        return refused();
    std::unique_ptr<EVP_PKEY, OpensslFree> made(EVP_PKCS82PKEY(plain.get()));
    if (!made || EVP_PKEY_is_a(made.get(), type) != 1)
        return refused();
    KeyHandle key(std::move(made));
    return is_sound(key, EVP_PKEY_pairwise_check) ? key : refused();
}

} // namespace gatehouse::crypto
