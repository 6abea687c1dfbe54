// Minting UUIDs (RFC 9562).
#include "core/uuid.h"

#include <algorithm>
#include <array>
#include <string_view>

namespace gatehouse {
namespace {

constexpr std::array<char, 512> hex_pairs = [] {
    constexpr std::string_view digits = "0123456789abcdef";
    std::array<char, 512> pairs{};
    for (std::size_t byte = 0; byte < 256; ++byte) {
        pairs[2 * byte] = digits[byte / 16];
        pairs[2 * byte + 1] = digits[byte % 16];
    }
    return pairs;
}();

// 16 for a letter that is no digit.
constexpr std::array<std::uint8_t, 256> digit_values = [] {
    std::array<std::uint8_t, 256> values{};
    values.fill(16);
    for (std::uint8_t digit = 0; digit < 10; ++digit)
        values[static_cast<std::size_t>('0') + digit] = digit;
    for (std::uint8_t digit = 10; digit < 16; ++digit)
        values[static_cast<std::size_t>('a') + digit - 10] = digit;
    return values;
}();

void append(std::string& into, std::array<std::uint8_t, 16> const& bytes)
{
    auto const begin = into.size();
    into += "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx"; // one for each request: made in one go
    char* next = into.data() + begin;
    for (auto const byte : bytes) {
        if (*next == '-')
            ++next;
        std::copy_n(hex_pairs.data() + 2 * byte, 2, next);
        next += 2;
    }
}

} // namespace

void append_uuid(std::string& into, Instant now, Random& random)
{
    std::array<std::uint8_t, 16> bytes;
    random.fill(bytes);
    auto const time = static_cast<std::uint64_t>(now.milliseconds());
    for (unsigned i = 0; i < 6; ++i) // unix_ts_ms, big-endian
        bytes[i] = static_cast<std::uint8_t>(time >> (40 - 8 * i));
    bytes[6] = static_cast<std::uint8_t>(0x70 | (bytes[6] & 0x0f)); // version 7
    bytes[8] = static_cast<std::uint8_t>(0x80 | (bytes[8] & 0x3f)); // variant

    append(into, bytes);
}

std::string mint_uuid(Instant now, Random& random)
{
    std::string text;
    append_uuid(text, now, random);
    return text;
}

std::optional<UuidBytes> parse_uuid(std::string_view text)
{
    if (text.size() != 36 || text[8] != '-' || text[13] != '-' || text[18] != '-'
        || text[23] != '-')
        return std::nullopt;
    UuidBytes uuid;
    std::size_t at = 0;
    for (auto& byte : uuid.bytes) {
        if (text[at] == '-')
            ++at;
        auto const high = digit_values[static_cast<unsigned char>(text[at])];
        auto const low = digit_values[static_cast<unsigned char>(text[at + 1])];
        if (high > 15 || low > 15)
            return std::nullopt;
        byte = static_cast<std::uint8_t>(high * 16 + low);
        at += 2;
    }
    return uuid;
}

std::string to_text(UuidBytes const& uuid)
{
    std::string text;
    append(text, uuid.bytes);
    return text;
}

} // namespace gatehouse
