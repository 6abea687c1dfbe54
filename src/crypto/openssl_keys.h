// What the keys of ES256 and RS256 share: taking them in and apart, signing and verifying by
// OpenSSL.
#pragma once

#include "core/secret.h"
#include "crypto/openssl.h"

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

namespace gatehouse::crypto {

// Never changed once made: several threads may sign and verify with one.
using KeyHandle = std::shared_ptr<EVP_PKEY>;

KeyHandle held(EVP_PKEY* made, char const* step); // throws OpensslFailure for nothing

// Over the SHA-256 of the message, in the form that OpenSSL gives it.
[[nodiscard]] std::string sign_with_sha256(KeyHandle const& key, std::string_view message);
[[nodiscard]] bool
verify_with_sha256(KeyHandle const& key, std::string_view message, std::string_view signature);

// A number of the key as bytes, the most significant first; filled up to `size` where that is more.
[[nodiscard]] std::string number_of(KeyHandle const& key, char const* name, std::size_t size = 0);

// Takes a public key of `type` in. Null unless OpenSSL takes it, and its own checks hold.
[[nodiscard]] KeyHandle public_key_from(char const* type, OSSL_PARAM_BLD& parts);

// RFC 5208, for the sealed column. Null unless it is exactly one private key of `type` in DER.
[[nodiscard]] SecretString to_pkcs8(KeyHandle const& key);
[[nodiscard]] KeyHandle from_pkcs8(char const* type, SecretString const& der);

} // namespace gatehouse::crypto
