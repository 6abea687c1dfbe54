// Names of the states of a key, as the column spells them.
#include "domain/signing_keys.h"

#include <array>
#include <cstddef>

namespace gatehouse::domain {
namespace {
constexpr std::array names{
    std::string_view("published"),
    std::string_view("signing"),
    std::string_view("retiring"),
    std::string_view("removed"),
};
} // namespace

std::string_view to_text(KeyState state)
{
    return names.at(static_cast<std::size_t>(state));
}

std::optional<KeyState> parse_key_state(std::string_view text)
{
    for (std::size_t at = 0; at < names.size(); ++at)
        if (text == names[at])
            return static_cast<KeyState>(at);
    return std::nullopt;
}

} // namespace gatehouse::domain
