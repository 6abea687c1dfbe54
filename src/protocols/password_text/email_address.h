// The form of a mail address that may be registered, invited or changed to.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace gatehouse::password_text {

// Nothing when it may be used; else what is wrong, to follow the name of the field. The address is
// trimmed already. A dot-atom of RFC 5322 3.2.3 before the one @, a host name of two labels or more
// behind it (RFC 5321 4.1.2); ASCII alone, so that no two addresses only look alike.
// Logging in never asks (behaviours §1).
[[nodiscard]] std::optional<std::string> problem_with_address(std::string_view address);

} // namespace gatehouse::password_text
