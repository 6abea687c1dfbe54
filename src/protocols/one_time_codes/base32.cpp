// Base32.
#include "protocols/one_time_codes/base32.h"

#include <cstdint>

namespace gatehouse::one_time_codes {
namespace {

// 0 to 31; nothing for a character that is none of ours.
std::optional<std::uint32_t> value_of(char character)
{
    if (character >= 'A' && character <= 'Z')
        return static_cast<std::uint32_t>(character - 'A');
    if (character >= 'a' && character <= 'z')
        return static_cast<std::uint32_t>(character - 'a');
    if (character >= '2' && character <= '7')
        return static_cast<std::uint32_t>(character - '2') + 26;
    return std::nullopt;
}

} // namespace

SecretString to_base32(SecretString const& secret)
{
    auto const bytes = secret.reveal();
    std::string text;
    text.reserve((bytes.size() * 8 + 4) / 5);
    std::uint32_t held = 0;
    int bits = 0;
    for (auto const byte : bytes) {
        held = (held << 8) | static_cast<std::uint8_t>(byte);
        for (bits += 8; bits >= 5; bits -= 5)
            text += base32_alphabet[(held >> (bits - 5)) & 31];
    }
    if (bits > 0)
        text += base32_alphabet[(held << (5 - bits)) & 31];
    return SecretString(std::move(text));
}

std::optional<SecretString> from_base32(SecretString const& text)
{
    std::string bytes;
    bytes.reserve(text.size()); // no reallocation: what is left behind would not be wiped
    std::uint32_t held = 0;
    int bits = 0;
    for (auto const character : text.reveal()) {
        if (character == ' ' || character == '-' || character == '=')
            continue;
        auto const value = value_of(character);
        if (!value)
            return std::nullopt;
        held = (held << 5) | *value;
        bits += 5;
        if (bits >= 8) {
            bits -= 8;
            bytes += static_cast<char>((held >> bits) & 255);
        }
    }
    if (bytes.empty())
        return std::nullopt;
    return SecretString(std::move(bytes));
}

} // namespace gatehouse::one_time_codes
