// Minting UUIDs (RFC 9562).
#include "core/uuid.h"

#include "core/text.h"

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

    auto text = to_hex({ reinterpret_cast<char const*>(bytes.data()), bytes.size() });
    for (std::size_t const dash : { 8U, 13U, 18U, 23U })
        text.insert(dash, 1, '-');
    return text;
}

} // namespace gatehouse
