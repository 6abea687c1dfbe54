// AES-256-GCM over OpenSSL (NIST SP 800-38D), and the key-encryption key.
#include "crypto/seal.h"

#include "core/text.h"
#include "crypto/digest.h"
#include "crypto/openssl.h"

#include <algorithm>
#include <deque>
#include <mutex>
#include <utility>

namespace gatehouse::crypto {
namespace {

constexpr std::string_view text_mark = "k1:";

EVP_CIPHER const* aes_256_gcm()
{
    static auto const cipher
        = own(EVP_CIPHER_fetch(nullptr, "AES-256-GCM", nullptr), "fetching AES-256-GCM");
    return cipher.get();
}

Owned<EVP_CIPHER_CTX>
begin(SecretString const& key, std::string_view iv, std::string_view bound_to, int encrypting)
{
    if (key.size() != 32)
        throw std::invalid_argument("a sealing key has 32 bytes");
    auto context = own(EVP_CIPHER_CTX_new(), "AES-GCM");
    require_success(
        EVP_CipherInit_ex2(
            context.get(), aes_256_gcm(), bytes_of(key.reveal()), bytes_of(iv), encrypting, nullptr
        ),
        "AES-GCM"
    );
    int ignored_size = 0;
    if (!bound_to.empty())
        require_success(
            EVP_CipherUpdate(
                context.get(),
                nullptr,
                &ignored_size,
                bytes_of(bound_to),
                static_cast<int>(bound_to.size())
            ),
            "AES-GCM"
        );
    return context;
}

// All of `input` through the cipher into as many bytes at `output`.
void transform(EVP_CIPHER_CTX* context, std::string_view input, unsigned char* output)
{
    int size = 0;
    if (!input.empty())
        require_success(
            EVP_CipherUpdate(
                context, output, &size, bytes_of(input), static_cast<int>(input.size())
            ),
            "AES-GCM"
        );
}

} // namespace

std::string
seal(SecretString const& key, std::string_view plain, std::string_view bound_to, Random& random)
{
    auto sealed = random.bytes(iv_size);
    auto const context = begin(key, sealed, bound_to, 1);
    sealed.resize(iv_size + plain.size() + tag_size);
    auto* const tag = bytes_of(sealed) + iv_size + plain.size();
    transform(context.get(), plain, bytes_of(sealed) + iv_size);
    int size = 0;
    require_success(EVP_CipherFinal_ex(context.get(), tag, &size), "AES-GCM");
    require_success(
        EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_AEAD_GET_TAG, int{tag_size}, tag), "AES-GCM"
    );
    return sealed;
}

std::string
seal(SecretString const& key, SecretString const& plain, std::string_view bound_to, Random& random)
{
    return seal(key, plain.reveal(), bound_to, random);
}

std::optional<SecretString>
open(SecretString const& key, std::string_view sealed, std::string_view bound_to)
{
    if (sealed.size() < iv_size + tag_size)
        return std::nullopt;
    auto const iv = sealed.substr(0, iv_size);
    auto const ciphertext = sealed.substr(iv_size, sealed.size() - iv_size - tag_size);
    std::string tag(sealed.substr(sealed.size() - tag_size));

    auto const context = begin(key, iv, bound_to, 0);
    require_success(
        EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_AEAD_SET_TAG, int{tag_size}, tag.data()),
        "AES-GCM"
    );
    std::string plain(ciphertext.size(), '\0');
    transform(context.get(), ciphertext, bytes_of(plain));
    SecretString opened(std::move(plain));
    unsigned char nothing_more[tag_size];
    int size = 0;
    if (EVP_CipherFinal_ex(context.get(), nothing_more, &size) != 1)
        return std::nullopt;
    return opened;
}

std::string place_of(std::string_view table_and_column, std::string_view row_id)
{
    return std::string(table_and_column).append(1, '\0').append(row_id);
}

std::string seal_text(
    SecretString const& key, std::string_view plain, std::string_view bound_to, Random& random
)
{
    return std::string(text_mark) + to_base64(seal(key, plain, bound_to, random));
}

std::optional<SecretString>
open_text(SecretString const& key, std::string_view sealed, std::string_view bound_to)
{
    if (!is_sealed_text(sealed))
        return std::nullopt;
    auto const bytes = from_base64(sealed.substr(text_mark.size()));
    if (!bytes)
        return std::nullopt;
    return open(key, *bytes, bound_to);
}

bool is_sealed_text(std::string_view text)
{
    return text.starts_with(text_mark);
}

// The newest last. Few uses are in use; more come from ids that name a day of their own choosing.
struct KeyEncryptionKey::Derived {
    static constexpr std::size_t most = 16;
    struct One {
        std::string use;
        SecretString key;
    };
    std::mutex mutex;
    std::deque<One> all;
};

KeyEncryptionKey::KeyEncryptionKey(SecretString key, std::string id)
    : key_(std::move(key))
    , id_(std::move(id))
    , derived_(std::make_shared<Derived>())
{
}

std::optional<KeyEncryptionKey>
KeyEncryptionKey::from_base64(SecretString const& base64, std::string id)
{
    auto bytes = gatehouse::from_base64(base64.reveal());
    if (!bytes)
        return std::nullopt;
    SecretString key(std::move(*bytes));
    if (key.size() != 32)
        return std::nullopt;
    return KeyEncryptionKey(std::move(key), std::move(id));
}

KeyEncryptionKey KeyEncryptionKey::mint(Random& random, std::string id)
{
    return KeyEncryptionKey(SecretString(random.bytes(32)), std::move(id));
}

SecretString KeyEncryptionKey::to_base64() const
{
    return SecretString(gatehouse::to_base64(key_.reveal()));
}

bool KeyEncryptionKey::is_all_zero() const
{
    return key_.reveal().find_first_not_of('\0') == std::string_view::npos;
}

SecretString KeyEncryptionKey::subkey(std::string_view use) const
{
    std::scoped_lock const lock(derived_->mutex);
    auto& all = derived_->all;
    auto const known = std::ranges::find(all, use, &Derived::One::use);
    if (known != all.end())
        return known->key.duplicate();
    auto made = hkdf_sha256(key_, {}, std::string("gatehouse/").append(use).append("/v1"));
    if (all.size() >= Derived::most)
        all.pop_front();
    all.push_back({std::string(use), made.duplicate()});
    return made;
}

} // namespace gatehouse::crypto
