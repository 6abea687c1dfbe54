// Secrets in base64.
#include "crypto/secret_text.h"

#include "core/text.h"

namespace gatehouse::crypto {

SecretString secret_to_base64(SecretString const& bytes)
{
    return SecretString(to_base64(bytes.reveal()));
}

std::optional<SecretString> secret_from_base64(SecretString const& text)
{
    auto bytes = from_base64(text.reveal());
    if (!bytes)
        return std::nullopt;
    return SecretString(std::move(*bytes));
}

} // namespace gatehouse::crypto
