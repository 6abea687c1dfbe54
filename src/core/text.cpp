// Text: trimming, UTF-8, hexadecimal, base64.
#include "core/text.h"

#include <array>
#include <cstdint>
#include <cstring>

namespace gatehouse {
namespace {

constexpr std::string_view white_space = " \t\n\v\f\r";
constexpr std::string_view standard
    = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::string_view url_safe
    = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

constexpr std::uint8_t no_digit = 0xff;

constexpr std::array<std::uint8_t, 256> digits_of(std::string_view alphabet)
{
    std::array<std::uint8_t, 256> table{};
    table.fill(no_digit);
    for (std::size_t i = 0; i < alphabet.size(); ++i)
        table[static_cast<std::uint8_t>(alphabet[i])] = static_cast<std::uint8_t>(i);
    return table;
}

constexpr auto standard_digits = digits_of(standard);
constexpr auto url_safe_digits = digits_of(url_safe);

std::uint8_t byte_at(std::string_view bytes, std::size_t at)
{
    return static_cast<std::uint8_t>(bytes[at]);
}

std::string encode(std::string_view bytes, std::string_view alphabet, bool padded)
{
    std::string text((bytes.size() + 2) / 3 * 4, '=');
    auto const* in = reinterpret_cast<std::uint8_t const*>(bytes.data());
    auto const* const digits = alphabet.data(); // 64 of them
    char* out = text.data();
    auto left = bytes.size();
    for (; left >= 3; left -= 3, in += 3) {
        std::uint32_t const held = static_cast<std::uint32_t>(in[0]) << 16
            | static_cast<std::uint32_t>(in[1]) << 8 | in[2];
        *out++ = digits[held >> 18];
        *out++ = digits[held >> 12 & 63];
        *out++ = digits[held >> 6 & 63];
        *out++ = digits[held & 63];
    }
    if (left != 0) {
        std::uint32_t const held = static_cast<std::uint32_t>(in[0]) << 16
            | (left == 2 ? static_cast<std::uint32_t>(in[1]) << 8 : 0);
        *out++ = digits[held >> 18];
        *out++ = digits[held >> 12 & 63];
        if (left == 2)
            *out++ = digits[held >> 6 & 63];
    }
    if (!padded)
        text.resize(static_cast<std::size_t>(out - text.data()));
    return text;
}

// `text` without padding.
std::optional<std::string>
decode(std::string_view text, std::array<std::uint8_t, 256> const& digits)
{
    if (text.size() % 4 == 1)
        return std::nullopt;
    std::string bytes;
    bytes.reserve(text.size() / 4 * 3 + 2);
    std::uint32_t held = 0;
    int bits = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
        auto const digit = digits[byte_at(text, i)];
        if (digit == no_digit)
            return std::nullopt;
        held = held << 6 | digit;
        bits += 6;
        if (bits >= 8) {
            bits -= 8;
            bytes += static_cast<char>(held >> bits & 0xff);
        }
    }
    if ((held & ((1U << bits) - 1)) != 0) // a second spelling of the same bytes
        return std::nullopt;
    return bytes;
}

// What each letter stands for as a digit; 16 where it is none.
constexpr auto hex_values = [] {
    std::array<std::uint8_t, 256> values{};
    values.fill(16);
    for (std::uint8_t digit = 0; digit < 10; ++digit)
        values[static_cast<std::size_t>('0') + digit] = digit;
    for (std::uint8_t digit = 10; digit < 16; ++digit) {
        values[static_cast<std::size_t>('a') + digit - 10] = digit;
        values[static_cast<std::size_t>('A') + digit - 10] = digit;
    }
    return values;
}();

unsigned hex_value(char letter)
{
    return hex_values[static_cast<unsigned char>(letter)];
}

} // namespace

std::string_view trimmed(std::string_view text)
{
    auto const first = text.find_first_not_of(white_space);
    if (first == std::string_view::npos)
        return {};
    return text.substr(first, text.find_last_not_of(white_space) - first + 1);
}

std::string ascii_lower(std::string_view text)
{
    std::string lowered(text);
    for (auto& c : lowered)
        if (c >= 'A' && c <= 'Z')
            c = static_cast<char>(c - 'A' + 'a');
    return lowered;
}

bool is_but_for_case(std::string_view text, std::string_view lower)
{
    if (text.size() != lower.size())
        return false;
    unsigned differ = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
        unsigned const letter = byte_at(text, i);
        bool const is_upper = letter >= 'A' && letter <= 'Z';
        differ |= (letter | (is_upper ? 0x20U : 0U)) ^ byte_at(lower, i);
    }
    return differ == 0;
}

namespace {

// How much of the front is ASCII for sure, eight bytes at a time.
std::size_t ascii_front(std::string_view text)
{
    constexpr std::uint64_t high_bits = 0x8080808080808080U;
    std::size_t at = 0;
    for (std::uint64_t word = 0; at + sizeof word <= text.size(); at += sizeof word) {
        std::memcpy(&word, text.data() + at, sizeof word);
        if ((word & high_bits) != 0)
            break;
    }
    return at;
}

} // namespace

std::size_t utf8_sequence_length(std::string_view text)
{
    if (text.empty())
        return 0;
    auto const lead = byte_at(text, 0);
    if (lead < 0x80)
        return 1;
    std::size_t const length = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
    if (lead < 0xc2 || lead > 0xf4 || text.size() < length)
        return 0;
    for (std::size_t i = 1; i < length; ++i)
        if ((byte_at(text, i) & 0xc0) != 0x80)
            return 0;
    auto const second = byte_at(text, 1); // Unicode table 3-7: what the first byte leaves open
    bool const overlong = (lead == 0xe0 && second < 0xa0) || (lead == 0xf0 && second < 0x90);
    bool const surrogate = lead == 0xed && second > 0x9f;
    bool const too_large = lead == 0xf4 && second > 0x8f;
    return overlong || surrogate || too_large ? 0 : length;
}

bool is_valid_utf8(std::string_view text)
{
    text.remove_prefix(ascii_front(text));
    while (!text.empty()) {
        auto const length = utf8_sequence_length(text);
        if (length == 0)
            return false;
        text.remove_prefix(length);
    }
    return true;
}

std::size_t code_points(std::string_view utf8)
{
    std::size_t count = 0;
    for (char const c : utf8)
        count += (static_cast<std::uint8_t>(c) & 0xc0) != 0x80;
    return count;
}

std::string to_hex(std::string_view bytes)
{
    constexpr std::string_view digits = "0123456789abcdef";
    std::string text;
    text.reserve(bytes.size() * 2);
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        text += digits[byte_at(bytes, i) >> 4];
        text += digits[byte_at(bytes, i) & 15];
    }
    return text;
}

std::optional<std::string> from_hex(std::string_view text)
{
    if (text.size() % 2 != 0)
        return std::nullopt;
    std::string bytes(text.size() / 2, '\0');
    unsigned seen = 0; // whether any letter was no digit
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        auto const high = hex_value(text[2 * i]);
        auto const low = hex_value(text[2 * i + 1]);
        seen |= high | low;
        bytes[i] = static_cast<char>(high << 4U | low);
    }
    if (seen > 15)
        return std::nullopt;
    return bytes;
}

std::string to_base64(std::string_view bytes)
{
    return encode(bytes, standard, true);
}

std::optional<std::string> from_base64(std::string_view text)
{
    if (text.size() % 4 != 0)
        return std::nullopt;
    if (text.ends_with("=="))
        text.remove_suffix(2);
    else if (text.ends_with('='))
        text.remove_suffix(1);
    return decode(text, standard_digits);
}

std::string to_base64url(std::string_view bytes)
{
    return encode(bytes, url_safe, false);
}

std::optional<std::string> from_base64url(std::string_view text)
{
    return decode(text, url_safe_digits);
}

} // namespace gatehouse
