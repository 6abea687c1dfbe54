// Minting UUIDs (RFC 9562).
#include "core/uuid.h"

#include <array>

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

    constexpr char digits[] = "0123456789abcdef";
    char text[] = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx"; // one for each request: made in one go
    char* next = text;
    for (auto const byte : bytes) {
        if (*next == '-')
            ++next;
        *next++ = digits[byte >> 4U];
        *next++ = digits[byte & 0xfU];
    }
    return text;
}

} // namespace gatehouse
