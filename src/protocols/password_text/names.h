// Names of people and organizations as they are stored: NFC, trimmed, otherwise literal.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace gatehouse::password_text {

inline constexpr std::size_t longest_name = 100; // code points

// Nothing when it is longer than 100 code points after trimming, holds a control character
// (a line break would end a mail header), or is not UTF-8. An empty name stays empty.
[[nodiscard]] std::optional<std::string> normalised_name(std::string_view name);

// The same with 2 code points at least.
[[nodiscard]] std::optional<std::string> normalised_organization_name(std::string_view name);

} // namespace gatehouse::password_text
