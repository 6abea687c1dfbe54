// A decoded picture, and what is done with one.
#pragma once

#include "protocols/picture_files/pictures.h"

#include <cstddef>
#include <cstdint>
#include <expected>
#include <string>
#include <string_view>
#include <vector>

namespace gatehouse::picture_files {

struct Pixels {
    std::uint32_t width = 0;
    std::uint32_t height = 0;
    std::vector<std::uint8_t> rgba; // row by row, not multiplied by alpha

    Pixels() = default;
    Pixels(std::uint32_t width_, std::uint32_t height_)
        : width(width_)
        , height(height_)
        , rgba(std::size_t(width_) * height_ * 4)
    {
    }
    bool is_opaque() const;
};

using Decoded = std::expected<Pixels, Problem>;

constexpr bool is_too_large(std::uint64_t width, std::uint64_t height)
{
    return width > longest_side || height > longest_side || width * height > most_pixels;
}

// Each looks at the size in the header first. JPEG and WebP may come out smaller than they are, but
// not below `enough` on their longer side.
Decoded decode_png(std::string_view file);
Decoded decode_jpeg(std::string_view file, std::uint32_t enough);
Decoded decode_webp(std::string_view file, std::uint32_t enough);
Decoded decode_gif(std::string_view file);

// As the camera was held: 1 to 8 of the Exif tag; 1 where there is none.
int orientation_of_jpeg(std::string_view file);
Pixels turned(Pixels const& picture, int orientation);

Pixels fitted(Pixels const& picture, std::uint32_t side); // by the mean of the area; never larger

std::string encoded_as_jpeg(Pixels const& picture); // these throw std::runtime_error
std::string encoded_as_png(Pixels const& picture);

} // namespace gatehouse::picture_files
