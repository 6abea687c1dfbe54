// Opaque tokens.
#include "domain/opaque_token.h"

#include "core/text.h"
#include "crypto/digest.h"

namespace gatehouse::domain {

OpaqueToken mint_opaque_token(Random& random)
{
    SecretString text(to_base64url(random.bytes(48)));
    auto digest = digest_of(text);
    return {std::move(text), std::move(digest)};
}

TokenDigest digest_of(SecretString const& presented)
{
    return TokenDigest(crypto::sha256_hex(presented.reveal()));
}

std::string shown_or_digest(Settings const& settings, SecretString const& presented)
{
    if (settings.reset_token_storage == ResetTokenStorage::column)
        return std::string(presented.reveal());
    return digest_of(presented).text();
}

std::string shown_or_digest(Settings const& settings, OpaqueToken const& token)
{
    return shown_or_digest(settings, token.text);
}

} // namespace gatehouse::domain
