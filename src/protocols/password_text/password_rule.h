// What a password must be like to be set; to try one there is no rule (decisions D-39).
#pragma once

#include "core/secret.h"

#include <optional>
#include <string>

namespace gatehouse::password_text {

// Nothing when it may be set; else `password does not meet the requirements: …`, for the client.
// 8 to 128 code points; three of lower case, upper case, letters without case, digits, others, or
// 16 code points and more; not a listed common one (A–Z folded); shorter ones than 16 not guessed
// at once. Never trimmed or normalised.
[[nodiscard]] std::optional<std::string> problem_with_password(SecretString const& password);

// The same where `current` is to be replaced: it may not come back as the new one.
[[nodiscard]] std::optional<std::string>
problem_with_replacement(SecretString const& password, SecretString const& current);

} // namespace gatehouse::password_text
