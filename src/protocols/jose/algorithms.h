// The algorithms that our own keys sign with (RFC 7518 3.1, RFC 8037 3.1).
#pragma once

#include <optional>
#include <string_view>

namespace gatehouse::jose {

// In the order of the variants in keys.h and key_pairs.h.
enum class Algorithm { eddsa, es256, rs256 };

char const* to_text(Algorithm algorithm); // as headers and JWKs spell it
std::optional<Algorithm> parse_algorithm(std::string_view text);

} // namespace gatehouse::jose
