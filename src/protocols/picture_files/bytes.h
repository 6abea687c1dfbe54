// Numbers at a place in a file that may end before them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace gatehouse::picture_files {

enum class Order { big_endian, little_endian };

// `count` bytes at `at` as one number; nothing where the file ends before.
inline std::optional<std::uint32_t>
number_at(std::string_view file, std::size_t at, std::size_t count, Order order)
{
    if (at > file.size() || file.size() - at < count)
        return std::nullopt;
    std::uint32_t number = 0;
    for (std::size_t step = 0; step < count; ++step) {
        auto const place = order == Order::big_endian ? at + step : at + count - 1 - step;
        number = number << 8 | static_cast<unsigned char>(file[place]);
    }
    return number;
}

} // namespace gatehouse::picture_files
