// Small pictures of every kind, for tests.
#pragma once

#include "protocols/picture_files/pixels.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <gif_lib.h>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>
#include <webp/encode.h>

namespace gatehouse::testing {

using picture_files::encoded_as_jpeg;
using picture_files::encoded_as_png;
using picture_files::Pixels;

inline constexpr std::array<std::uint8_t, 4> red{200, 30, 30, 255};
inline constexpr std::array<std::uint8_t, 4> blue{30, 30, 200, 255};

// Red above, blue below.
inline Pixels two_colours(std::uint32_t width, std::uint32_t height, std::uint8_t alpha = 255)
{
    Pixels made(width, height);
    for (std::uint32_t y = 0; y < height; ++y)
        for (std::uint32_t x = 0; x < width; ++x) {
            auto* const pixel = &made.rgba[(std::size_t(y) * width + x) * 4];
            std::ranges::copy(y < height / 2 ? red : blue, pixel);
            pixel[3] = alpha;
        }
    return made;
}

inline std::string webp_of(Pixels const& picture)
{
    std::uint8_t* bytes = nullptr;
    auto const size = WebPEncodeLosslessRGBA(
        picture.rgba.data(),
        static_cast<int>(picture.width),
        static_cast<int>(picture.height),
        static_cast<int>(picture.width * 4),
        &bytes
    );
    std::string made(reinterpret_cast<char const*>(bytes), size);
    WebPFree(bytes);
    return made;
}

inline int append_to(GifFileType* gif, GifByteType const* bytes, int count)
{
    static_cast<std::string*>(gif->UserData)
        ->append(reinterpret_cast<char const*>(bytes), static_cast<std::size_t>(count));
    return count;
}

inline void require(bool done)
{
    if (!done)
        throw std::runtime_error("the GIF of the test could not be written");
}

// Red above, blue below; the last column shows through.
inline std::string gif_of(int width, int height, bool interlaced)
{
    std::string made;
    int error = 0;
    auto* const gif = EGifOpen(&made, append_to, &error);
    require(gif != nullptr);
    std::array<GifColorType, 4> const colours{
        {{200, 30, 30}, {30, 30, 200}, {0, 0, 0}, {255, 255, 255}}
    };
    std::unique_ptr<ColorMapObject, void (*)(ColorMapObject*)> const map(
        GifMakeMapObject(4, colours.data()), GifFreeMapObject
    );
    EGifSetGifVersion(gif, true);
    require(EGifPutScreenDesc(gif, width, height, 2, 0, map.get()) == GIF_OK);
    std::array<GifByteType, 4> const control{1, 0, 0, 3}; // colour 3 is none
    require(EGifPutExtension(gif, GRAPHICS_EXT_FUNC_CODE, 4, control.data()) == GIF_OK);
    require(EGifPutImageDesc(gif, 0, 0, width, height, interlaced, nullptr) == GIF_OK);
    auto const put = [&](int row) {
        std::vector<GifPixelType> line(
            static_cast<std::size_t>(width), row < height / 2 ? GifPixelType(0) : GifPixelType(1)
        );
        line.back() = 3;
        require(EGifPutLine(gif, line.data(), width) == GIF_OK);
    };
    if (interlaced)
        for (auto const& [from, step] :
             std::array<std::pair<int, int>, 4>{{{0, 8}, {4, 8}, {2, 4}, {1, 2}}})
            for (int row = from; row < height; row += step)
                put(row);
    else
        for (int row = 0; row < height; ++row)
            put(row);
    require(EGifCloseFile(gif, &error) == GIF_OK);
    return made;
}

inline std::vector<std::pair<std::string, std::string>> one_of_each()
{
    auto const picture = two_colours(40, 30);
    return {
        {"PNG", encoded_as_png(picture)},
        {"JPEG", encoded_as_jpeg(picture)},
        {"WebP", webp_of(picture)},
        {"GIF", gif_of(40, 30, false)},
        {"interlaced GIF", gif_of(40, 30, true)}
    };
}

} // namespace gatehouse::testing
