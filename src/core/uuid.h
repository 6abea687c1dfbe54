// UUID version 7 (RFC 9562 5.7): opaque ids that sort by their time.
#pragma once

#include "core/random.h"
#include "core/time.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace gatehouse {

void append_uuid(std::string& into, Instant now, Random& random);
std::string mint_uuid(Instant now, Random& random); // 36 characters, 74 random bits

// A UUID of any version as its bytes: what many ids are kept as in memory.
struct UuidBytes {
    std::array<std::uint8_t, 16> bytes{};
    friend bool operator==(UuidBytes const&, UuidBytes const&) = default;
    friend auto operator<=>(UuidBytes const&, UuidBytes const&) = default;
};

// Only of the one spelling that to_text() gives, in lower case: the bytes stand for the text.
std::optional<UuidBytes> parse_uuid(std::string_view text);
std::string to_text(UuidBytes const& uuid);

} // namespace gatehouse

template <> struct std::hash<gatehouse::UuidBytes> {
    std::size_t operator()(gatehouse::UuidBytes const& uuid) const noexcept
    {
        return std::hash<std::string_view>()(
            {reinterpret_cast<char const*>(uuid.bytes.data()), uuid.bytes.size()}
        );
    }
};
