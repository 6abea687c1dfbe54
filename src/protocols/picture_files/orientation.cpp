// How the camera was held: the one thing of the metadata that is honoured before all of it goes.
#include "protocols/picture_files/bytes.h"
#include "protocols/picture_files/pixels.h"

#include <algorithm>
#include <utility>

namespace gatehouse::picture_files {
namespace {
using namespace std::string_view_literals;

constexpr std::uint32_t orientation_tag = 0x0112;

// The TIFF structure inside: byte order, then the first directory with entries of 12 bytes.
int orientation_in(std::string_view tiff)
{
    auto const order = tiff.starts_with("II"sv) ? Order::little_endian : Order::big_endian;
    auto const directory = number_at(tiff, 4, 4, order);
    if (!directory)
        return 1;
    auto const entries = number_at(tiff, *directory, 2, order);
    for (std::uint32_t entry = 0; entries && entry < *entries; ++entry) {
        auto const at = std::size_t(*directory) + 2 + std::size_t(entry) * 12;
        auto const tag = number_at(tiff, at, 2, order);
        if (!tag)
            return 1;
        if (*tag != orientation_tag)
            continue;
        auto const value = number_at(tiff, at + 8, 2, order).value_or(1);
        return value >= 1 && value <= 8 ? static_cast<int>(value) : 1;
    }
    return 1;
}

} // namespace

int orientation_of_jpeg(std::string_view file)
{
    std::size_t at = 2;
    for (;;) { // segments up to the first scan, each with its length
        auto const marker = number_at(file, at, 2, Order::big_endian);
        auto const length = number_at(file, at + 2, 2, Order::big_endian);
        if (!marker || !length || *marker < 0xFFC0 || *marker == 0xFFDA || *length < 2)
            return 1;
        auto const content = file.substr(at + 4, *length - 2);
        if (*marker == 0xFFE1 && content.starts_with("Exif\0\0"sv))
            return orientation_in(content.substr(6));
        at += 2 + *length;
    }
}

// 1 upright, 2 mirrored, 3 upside down, 4 both; 5 to 8 the same lying on their side (Exif 2.32).
Pixels turned(Pixels const& picture, int orientation)
{
    if (orientation == 1)
        return picture;
    bool const lies = orientation >= 5;
    Pixels made(lies ? picture.height : picture.width, lies ? picture.width : picture.height);
    for (std::uint32_t y = 0; y < made.height; ++y)
        for (std::uint32_t x = 0; x < made.width; ++x) {
            auto from_x = lies ? y : x;
            auto from_y = lies ? x : y;
            if (orientation == 2 || orientation == 3 || orientation == 7 || orientation == 8)
                from_x = picture.width - 1 - from_x;
            if (orientation == 3 || orientation == 4 || orientation == 6 || orientation == 7)
                from_y = picture.height - 1 - from_y;
            auto const from = (std::size_t(from_y) * picture.width + from_x) * 4;
            auto const into = (std::size_t(y) * made.width + x) * 4;
            std::copy_n(&picture.rgba[from], 4, &made.rgba[into]);
        }
    return made;
}

} // namespace gatehouse::picture_files
