// PNG, by libpng's simplified interface, behind a look at the chunks.
#include "protocols/picture_files/bytes.h"
#include "protocols/picture_files/pixels.h"

#include <png.h>

#include <algorithm>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>

namespace gatehouse::picture_files {
namespace {

class Image {
public:
    Image() { state.version = PNG_IMAGE_VERSION; }
    Image(Image const&) = delete;
    Image& operator=(Image const&) = delete;
    ~Image() { png_image_free(&state); }
    png_image state{};
};

bool is_of_pixels(std::string_view kind)
{
    return kind == "IHDR" || kind == "PLTE" || kind == "tRNS" || kind == "IDAT" || kind == "IEND";
}

// The chunks that make the picture, without those about it: libpng would unpack every compressed
// text of a small file into memory, however large. Nothing when the file is cut off or when
// something is appended to it, since libpng stops reading with the last pixel.
std::optional<std::string> pixels_alone(std::string_view file)
{
    constexpr std::size_t signature = 8;
    std::string kept(file.substr(0, signature));
    for (std::size_t at = signature;;) {
        auto const length = number_at(file, at, 4, Order::big_endian);
        auto const left = file.size() - std::min(file.size(), at);
        if (!length || left < 12 || *length > left - 12)
            return std::nullopt;
        auto const kind = file.substr(at + 4, 4);
        auto const whole = 12 + static_cast<std::size_t>(*length);
        if (is_of_pixels(kind))
            kept += file.substr(at, whole);
        at += whole;
        if (kind == "IEND")
            return at == file.size() ? std::optional(std::move(kept)) : std::nullopt;
    }
}

} // namespace

Decoded decode_png(std::string_view file)
{
    auto const width = number_at(file, 16, 4, Order::big_endian);
    auto const height = number_at(file, 20, 4, Order::big_endian);
    if (!width || !height || file.substr(12, 4) != "IHDR")
        return std::unexpected(Problem::damaged);
    if (is_too_large(*width, *height))
        return std::unexpected(Problem::too_many_pixels);
    auto const kept = pixels_alone(file);
    if (!kept)
        return std::unexpected(Problem::damaged);
    Image image;
    if (png_image_begin_read_from_memory(&image.state, kept->data(), kept->size()) == 0)
        return std::unexpected(Problem::damaged);
    if (image.state.width != *width || image.state.height != *height) // one header, one meaning
        return std::unexpected(Problem::damaged);
    image.state.format = PNG_FORMAT_RGBA;
    Pixels pixels(*width, *height);
    if (png_image_finish_read(&image.state, nullptr, pixels.rgba.data(), 0, nullptr) == 0)
        return std::unexpected(Problem::damaged);
    return pixels;
}

std::string encoded_as_png(Pixels const& picture)
{
    Image image;
    image.state.width = picture.width;
    image.state.height = picture.height;
    image.state.format = PNG_FORMAT_RGBA;
    png_alloc_size_t size = 0;
    auto const write = [&](void* into) {
        auto const done = png_image_write_to_memory(
            &image.state, into, &size, 0, picture.rgba.data(), 0, nullptr
        );
        if (done == 0)
            throw std::runtime_error(std::string("PNG: ") + image.state.message);
    };
    write(nullptr); // says how much it takes
    std::string made(size, '\0');
    write(made.data());
    made.resize(size);
    return made;
}

} // namespace gatehouse::picture_files
