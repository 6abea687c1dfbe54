// What a password must be like to be set; to try one there is no rule (decisions D-39).
#pragma once

#include "core/secret.h"

#include <optional>
#include <string>
#include <vector>

namespace gatehouse::password_text {

// Nothing when it may be set; else `password does not meet the requirements: …`, for the client.
// 8 to 128 code points; three of lower case, upper case, letters without case, digits, others, or
// 16 code points and more; not a listed common one (A–Z folded); not one character over and over;
// not guessed at once by somebody who knows `known`: address, names, organization. Never trimmed or
// normalised.
[[nodiscard]] std::optional<std::string>
problem_with_password(SecretString const& password, std::vector<std::string> const& known = {});

// The same where `current` is to be replaced: it may not come back as the new one.
[[nodiscard]] std::optional<std::string> problem_with_replacement(
    SecretString const& password,
    SecretString const& current,
    std::vector<std::string> const& known = {}
);

} // namespace gatehouse::password_text
