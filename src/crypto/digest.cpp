// Digests over OpenSSL, without what the library does around short ones: there, preparing costs
// more than hashing.
#define OPENSSL_SUPPRESS_DEPRECATED // SHA256_Init: half the time of a context that is reused
#include "crypto/digest.h"

#include "core/text.h"
#include "crypto/openssl.h"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/params.h>
#include <openssl/sha.h>

namespace gatehouse::crypto {
namespace {

Digest sha256_of_two(std::string_view head, std::string_view rest)
{
    SHA256_CTX state;
    Digest digest;
    require_success(SHA256_Init(&state), "SHA-256");
    require_success(SHA256_Update(&state, head.data(), head.size()), "SHA-256");
    require_success(SHA256_Update(&state, rest.data(), rest.size()), "SHA-256");
    require_success(SHA256_Final(digest.data(), &state), "SHA-256");
    return digest;
}

constexpr std::size_t hmac_block = SHA256_CBLOCK;

// RFC 2104, for keys that fit into a block.
std::string hmac_of_short_key(std::string_view key, std::string_view message)
{
    constexpr char inner_pad = 0x36;
    constexpr char outer_pad = 0x5c;
    char block[hmac_block];
    std::string_view const padded(block, sizeof block);
    for (std::size_t at = 0; at < hmac_block; ++at)
        block[at] = static_cast<char>((at < key.size() ? key[at] : 0) ^ inner_pad);
    auto const inner = sha256_of_two(padded, message);
    for (char& each : block)
        each = static_cast<char>(each ^ inner_pad ^ outer_pad);
    auto const outer = sha256_of_two(
        padded, std::string_view(reinterpret_cast<char const*>(inner.data()), inner.size())
    );
    wipe(block, sizeof block);
    return std::string(outer.begin(), outer.end());
}

Owned<EVP_MAC_CTX> prepared_hmac(std::string_view key, std::string digest = "SHA256")
{
    static auto const method = own(EVP_MAC_fetch(nullptr, "HMAC", nullptr), "fetching HMAC");
    auto context = own(EVP_MAC_CTX_new(method.get()), "preparing HMAC");
    OSSL_PARAM const parameters[]
        = {OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest.data(), 0),
           OSSL_PARAM_construct_end()};
    // OpenSSL reads a null key as "keep the key there is"; an empty one needs an address.
    auto const* const bytes = key.empty() ? bytes_of(std::string_view("")) : bytes_of(key);
    require_success(EVP_MAC_init(context.get(), bytes, key.size(), parameters), "keying HMAC");
    return context;
}

std::string finish(EVP_MAC_CTX* context, std::string_view message)
{
    std::string signature(EVP_MAC_CTX_get_mac_size(context), '\0');
    std::size_t size = 0;
    require_success(EVP_MAC_update(context, bytes_of(message), message.size()), "HMAC");
    require_success(EVP_MAC_final(context, bytes_of(signature), &size, signature.size()), "HMAC");
    return signature;
}

} // namespace

Digest sha256_digest(std::string_view bytes)
{
    return sha256_of_two(bytes, {});
}

std::string sha256(std::string_view bytes)
{
    auto const digest = sha256_digest(bytes);
    return std::string(digest.begin(), digest.end());
}

std::string sha256_hex(std::string_view bytes)
{
    return to_hex(sha256(bytes));
}

std::string hmac_sha256(std::string_view key, std::string_view message)
{
    if (key.size() <= hmac_block)
        return hmac_of_short_key(key, message);
    return finish(prepared_hmac(key).get(), message);
}

std::string hmac_sha1(std::string_view key, std::string_view message)
{
    return finish(prepared_hmac(key, "SHA1").get(), message);
}

struct HmacKey::Prepared {
    Owned<EVP_MAC_CTX> context;
};

HmacKey::HmacKey(SecretString const& key)
    : HmacKey(key.reveal())
{
}

HmacKey::HmacKey(std::string_view key)
    : prepared_(std::make_unique<Prepared const>(prepared_hmac(key)))
{
}

HmacKey::HmacKey(HmacKey&&) noexcept = default;
HmacKey& HmacKey::operator=(HmacKey&&) noexcept = default;
HmacKey::~HmacKey() = default;

std::string HmacKey::sign(std::string_view message) const
{
    auto const context = own(EVP_MAC_CTX_dup(prepared_->context.get()), "HMAC");
    return finish(context.get(), message);
}

bool HmacKey::verify(std::string_view message, std::string_view signature) const
{
    return equal_in_constant_time(sign(message), signature);
}

SecretString hkdf_sha256(
    SecretString const& input, std::string_view salt, std::string_view info, std::size_t size
)
{
    constexpr std::size_t block_size = 32;
    if (size > 255 * block_size)
        throw std::invalid_argument("HKDF gives at most 255 blocks");
    SecretString const extracted(hmac_sha256(
        salt.empty() ? std::string(block_size, '\0') : std::string(salt), input.reveal()
    ));
    HmacKey const key(extracted);
    std::string output;
    output.reserve(size + block_size); // no reallocation: what is left behind would not be wiped
    std::string block;
    for (int number = 1; output.size() < size; ++number) {
        auto message = block;
        message.append(info).append(1, static_cast<char>(number));
        wipe(block.data(), block.size());
        block = key.sign(message);
        wipe(message.data(), message.size());
        output += block;
    }
    wipe(block.data(), block.size());
    wipe(output.data() + size, output.size() - size);
    output.resize(size);
    return SecretString(std::move(output));
}

bool equal_in_constant_time(std::string_view left, std::string_view right)
{
    return left.size() == right.size()
        && CRYPTO_memcmp(left.data(), right.data(), left.size()) == 0;
}

} // namespace gatehouse::crypto
