// Small work on text that several rooms need.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace gatehouse {

std::string_view trimmed(std::string_view text); // without ASCII white space at both ends
std::string ascii_lower(std::string_view text); // A–Z folded, nothing else
bool is_but_for_case(std::string_view text, std::string_view lower); // A–Z folded, nothing else
bool is_valid_utf8(std::string_view text); // strict: no overlong forms, surrogates or > U+10FFFF
std::size_t code_points(std::string_view utf8); // of valid UTF-8
std::size_t utf8_sequence_length(std::string_view text
); // of the first code point, 1 to 4; 0: not UTF-8

std::string to_hex(std::string_view bytes); // lower case
std::optional<std::string> from_hex(std::string_view text);

// RFC 4648. Decoding is strict: one text for one value (no missing padding in `base64`, none in
// `base64url`, no white space, unused bits zero).
std::string to_base64(std::string_view bytes);
std::optional<std::string> from_base64(std::string_view text);
std::string to_base64url(std::string_view bytes);
std::optional<std::string> from_base64url(std::string_view text);

} // namespace gatehouse
