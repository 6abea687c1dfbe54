// Percent-encoding, path segments and query parameters, read strictly.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace gatehouse::http {

using Parameters = std::vector<std::pair<std::string, std::string>>;

// Nothing for a broken escape, for text that is not UTF-8 afterwards, and for a NUL.
std::optional<std::string> percent_decoded(std::string_view text);

// Text as one query value or path segment: everything but unreserved characters is escaped.
std::string percent_encoded(std::string_view text);

// `a=1&b=2`, `+` is a blank. Nothing when an escape is broken or a name comes twice (HT-11).
std::optional<Parameters> parse_query(std::string_view query);

// Decimal digits with an optional minus, within 64 bits, no leading zeros.
std::optional<std::int64_t> parse_whole_number(std::string_view text);

// The decoded segments of `/a/b`. Nothing when the path does not begin with `/` or cannot be
// decoded.
std::optional<std::vector<std::string>> path_segments(std::string_view path);

} // namespace gatehouse::http
