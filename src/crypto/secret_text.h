// Secrets in base64, without a copy that nobody wipes.
#pragma once

#include "core/secret.h"

#include <optional>

namespace gatehouse::crypto {

[[nodiscard]] SecretString secret_to_base64(SecretString const& bytes);
[[nodiscard]] std::optional<SecretString> secret_from_base64(SecretString const& text); // strict

} // namespace gatehouse::crypto
