// Names of algorithms.
#include "protocols/jose/algorithms.h"

#include <array>
#include <cstddef>

namespace gatehouse::jose {
namespace {
constexpr std::array names{"EdDSA", "ES256", "RS256"};
} // namespace

char const* to_text(Algorithm algorithm)
{
    return names.at(static_cast<std::size_t>(algorithm));
}

std::optional<Algorithm> parse_algorithm(std::string_view text)
{
    for (std::size_t at = 0; at < names.size(); ++at)
        if (text == names[at])
            return static_cast<Algorithm>(at);
    return std::nullopt;
}

} // namespace gatehouse::jose
