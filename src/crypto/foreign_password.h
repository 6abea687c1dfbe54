// Hashes that somebody else made, checked once before they are replaced.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace gatehouse::crypto {

// Nothing when the form is none that we can check, or would cost more than we spend on one login.
[[nodiscard]] std::optional<bool>
verify_foreign(std::string_view password, std::string const& hash);

} // namespace gatehouse::crypto
