// Minting UUIDs (RFC 9562).
#include "core/uuid.h"

#include <array>
#include <string_view>

namespace gatehouse {

std::string mint_uuid(Instant now, Random& random)
{
    std::array<std::uint8_t, 16> bytes;
    random.fill(bytes);
    auto const time = static_cast<std::uint64_t>(now.milliseconds());
    for (unsigned i = 0; i < 6; ++i) // unix_ts_ms, big-endian
        bytes[i] = static_cast<std::uint8_t>(time >> (40 - 8 * i));
    bytes[6] = static_cast<std::uint8_t>(0x70 | (bytes[6] & 0x0f)); // version 7
    bytes[8] = static_cast<std::uint8_t>(0x80 | (bytes[8] & 0x3f)); // variant

    constexpr std::string_view digits = "0123456789abcdef";
    std::string text = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx"; // one for each request: made in one go
    std::size_t at = 0;
    for (auto const byte : bytes) {
        if (text[at] == '-')
            ++at;
        text[at++] = digits[byte >> 4U];
        text[at++] = digits[byte & 0xfU];
    }
    return text;
}

} // namespace gatehouse
