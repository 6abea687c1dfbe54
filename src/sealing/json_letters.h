// Which characters stand as they are in the strings of canonical JSON, and how the others are
// written.
#pragma once

#include <array>
#include <string_view>

namespace gatehouse::sealing::detail {

struct Escape {
    char character;
    char letter;
};
inline constexpr std::array escapes{
    Escape{'\b', 'b'},
    Escape{'\t', 't'},
    Escape{'\n', 'n'},
    Escape{'\f', 'f'},
    Escape{'\r', 'r'},
    Escape{'"', '"'},
    Escape{'\\', '\\'},
};

inline bool is_plain(char letter)
{
    auto const byte = static_cast<unsigned char>(letter);
    return (byte >= ' ') & (byte != '"') & (byte != '\\');
}

// Whole blocks at once, which the compiler does side by side.
inline bool is_all_plain(std::string_view text)
{
    bool plain = true;
    for (char const letter : text)
        plain &= is_plain(letter);
    return plain;
}

} // namespace gatehouse::sealing::detail
