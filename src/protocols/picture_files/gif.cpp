// The first picture of a GIF, by giflib, behind a look at the blocks.
#include "protocols/picture_files/bytes.h"
#include "protocols/picture_files/pixels.h"

#include <gif_lib.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <memory>
#include <optional>

namespace gatehouse::picture_files {
namespace {

// Behind a list of blocks, each with its length in front and an empty one at the end.
std::optional<std::size_t> behind_blocks(std::string_view file, std::size_t at)
{
    for (;;) {
        auto const length = number_at(file, at, 1, Order::big_endian);
        if (!length)
            return std::nullopt;
        at += 1 + *length;
        if (*length == 0)
            return at;
    }
}

std::size_t colours_said_by(std::uint32_t flags) // bytes of a colour table
{
    return (flags & 0x80) == 0 ? 0 : std::size_t(3) << ((flags & 7) + 1);
}

// Every block of every picture, up to the trailer and nothing behind it.
bool is_whole(std::string_view file)
{
    auto const screen = number_at(file, 10, 1, Order::big_endian);
    std::optional<std::size_t> at = 13 + colours_said_by(screen.value_or(0));
    while (screen && at) {
        auto const kind = number_at(file, *at, 1, Order::big_endian);
        auto const flags = number_at(file, *at + 9, 1, Order::big_endian);
        if (kind == 0x3BU)
            return *at + 1 == file.size();
        if (kind == 0x21U)
            at = behind_blocks(file, *at + 2);
        else if (kind == 0x2CU && flags)
            at = behind_blocks(file, *at + 11 + colours_said_by(*flags));
        else
            return false;
    }
    return false;
}

int read_some(GifFileType* gif, GifByteType* into, int wanted)
{
    auto& left = *static_cast<std::string_view*>(gif->UserData);
    auto const count = std::min(left.size(), static_cast<std::size_t>(std::max(wanted, 0)));
    std::memcpy(into, left.data(), count);
    left.remove_prefix(count);
    return static_cast<int>(count);
}

struct Close {
    void operator()(GifFileType* gif) const
    {
        int unimportant = 0; // nothing was opened but memory
        DGifCloseFile(gif, &unimportant);
    }
};

// Up to the first picture. What shows through it, or nothing; false where there is none.
bool find_picture(GifFileType* gif, int& transparent)
{
    for (;;) {
        GifRecordType kind = UNDEFINED_RECORD_TYPE;
        if (DGifGetRecordType(gif, &kind) != GIF_OK)
            return false;
        if (kind == IMAGE_DESC_RECORD_TYPE)
            return DGifGetImageDesc(gif) == GIF_OK;
        if (kind != EXTENSION_RECORD_TYPE)
            return false;
        int code = 0;
        GifByteType* block = nullptr; // its length, then its bytes
        if (DGifGetExtension(gif, &code, &block) != GIF_OK)
            return false;
        GraphicsControlBlock control{};
        if (code == GRAPHICS_EXT_FUNC_CODE && block
            && DGifExtensionToGCB(block[0], block + 1, &control) == GIF_OK)
            transparent = control.TransparentColor;
        while (block)
            if (DGifGetExtensionNext(gif, &block) != GIF_OK)
                return false;
    }
}

struct Place { // of the picture on the screen
    std::uint32_t left;
    std::uint32_t top;
    std::uint32_t width;
    std::uint32_t height;
};

std::optional<Place> place_of(GifImageDesc const& image, Pixels const& screen)
{
    if (image.Left < 0 || image.Top < 0 || image.Width <= 0 || image.Height <= 0)
        return std::nullopt;
    Place const place{
        static_cast<std::uint32_t>(image.Left),
        static_cast<std::uint32_t>(image.Top),
        static_cast<std::uint32_t>(image.Width),
        static_cast<std::uint32_t>(image.Height)
    };
    if (place.left + place.width > screen.width || place.top + place.height > screen.height)
        return std::nullopt;
    return place;
}

// The order in which an interlaced picture has its rows; any other has them from top to bottom.
std::vector<std::uint32_t> rows_of(GifImageDesc const& image)
{
    struct Pass {
        std::uint32_t from;
        std::uint32_t step;
    };
    constexpr std::array<Pass, 4> interlaced{{{0, 8}, {4, 8}, {2, 4}, {1, 2}}};
    constexpr std::array<Pass, 1> plain{{{0, 1}}};
    std::vector<std::uint32_t> rows;
    auto const add = [&](Pass pass) {
        for (auto row = pass.from; row < static_cast<std::uint32_t>(image.Height); row += pass.step)
            rows.push_back(row);
    };
    if (image.Interlace)
        std::ranges::for_each(interlaced, add);
    else
        std::ranges::for_each(plain, add);
    return rows;
}

bool draw(GifFileType* gif, Place place, int transparent, Pixels& screen)
{
    auto const* const colours = gif->Image.ColorMap ? gif->Image.ColorMap : gif->SColorMap;
    if (!colours)
        return false;
    std::vector<GifPixelType> line(place.width);
    for (auto const row : rows_of(gif->Image)) {
        if (DGifGetLine(gif, line.data(), gif->Image.Width) != GIF_OK)
            return false;
        auto at = (std::size_t(place.top + row) * screen.width + place.left) * 4;
        for (auto const index : line) {
            if (index >= colours->ColorCount)
                return false;
            auto const& colour = colours->Colors[index];
            if (index != transparent) {
                screen.rgba[at] = colour.Red;
                screen.rgba[at + 1] = colour.Green;
                screen.rgba[at + 2] = colour.Blue;
                screen.rgba[at + 3] = 0xFF;
            }
            at += 4;
        }
    }
    return true;
}

} // namespace

Decoded decode_gif(std::string_view file)
{
    auto const width = number_at(file, 6, 2, Order::little_endian);
    auto const height = number_at(file, 8, 2, Order::little_endian);
    if (!width || !height || *width == 0 || *height == 0)
        return std::unexpected(Problem::damaged);
    if (is_too_large(*width, *height))
        return std::unexpected(Problem::too_many_pixels);
    if (!is_whole(file))
        return std::unexpected(Problem::damaged);
    auto left = file;
    int error = 0;
    std::unique_ptr<GifFileType, Close> const gif(DGifOpen(&left, read_some, &error));
    int transparent = NO_TRANSPARENT_COLOR;
    if (!gif || !find_picture(gif.get(), transparent))
        return std::unexpected(Problem::damaged);
    Pixels screen(*width, *height);
    auto const place = place_of(gif->Image, screen);
    if (!place || !draw(gif.get(), *place, transparent, screen))
        return std::unexpected(Problem::damaged);
    return screen;
}

} // namespace gatehouse::picture_files
