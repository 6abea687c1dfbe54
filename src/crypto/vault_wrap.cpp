// Vault keys, wrapped and opened.
#include "crypto/vault_wrap.h"

#include "core/text.h"
#include "crypto/digest.h"

#include <stdexcept>

namespace gatehouse::crypto {
namespace {

std::string bound_to(KeyEncryptionKey const& key, std::string_view user_id)
{
    std::string place = "gatehouse/vault/v2";
    return place.append(1, '\0').append(user_id).append(1, '\0').append(key.id());
}

} // namespace

SecretString mint_master_key(Random& random)
{
    return SecretString(random.bytes(master_key_size));
}

MasterKeyWrap wrap_master_key(
    KeyEncryptionKey const& key,
    SecretString const& master_key,
    std::string_view user_id,
    Random& random
)
{
    if (master_key.size() != master_key_size)
        throw std::invalid_argument("a vault's master key has 32 bytes");
    auto const sealed = seal(key.key(), master_key.reveal(), bound_to(key, user_id), random);
    return {
        .wrapped = to_base64(sealed.substr(iv_size)), .iv = to_base64(sealed.substr(0, iv_size))
    };
}

std::optional<SecretString> unwrap_master_key(
    KeyEncryptionKey const& key,
    MasterKeyWrap const& wrap,
    int wrap_version,
    std::string_view user_id
)
{
    if (wrap_version != 1 && wrap_version != current_wrap_version)
        return std::nullopt;
    auto const iv = from_base64(wrap.iv);
    auto const wrapped = from_base64(wrap.wrapped);
    if (!iv || iv->size() != iv_size || !wrapped || wrapped->size() != master_key_size + tag_size)
        return std::nullopt;
    auto const place = wrap_version == 1 ? std::string() : bound_to(key, user_id);
    return open(key.key(), *iv + *wrapped, place);
}

std::string check_of_master_key(SecretString const& master_key)
{
    return to_base64(hmac_sha256(master_key.reveal(), "gatehouse/vault/check/v1").substr(0, 16));
}

} // namespace gatehouse::crypto
