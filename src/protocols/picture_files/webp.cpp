// WebP, by libwebp, which shrinks while it decodes.
#include "protocols/picture_files/bytes.h"
#include "protocols/picture_files/pixels.h"

#include <webp/decode.h>

#include <algorithm>

namespace gatehouse::picture_files {
namespace {

// The container says how long it is; what is cut off or appended is refused.
bool is_whole(std::string_view file)
{
    auto const said = number_at(file, 4, 4, Order::little_endian);
    auto const held = std::uint64_t(file.size());
    return said && (held == *said + std::uint64_t(8) || held == *said + std::uint64_t(9));
}

std::uint32_t shrunk(int length, int longer, std::uint32_t enough)
{
    auto const wide = static_cast<std::uint64_t>(longer);
    auto const here = static_cast<std::uint64_t>(length);
    if (wide <= enough)
        return static_cast<std::uint32_t>(here);
    return static_cast<std::uint32_t>(std::max<std::uint64_t>(1, here * enough / wide));
}

} // namespace

Decoded decode_webp(std::string_view file, std::uint32_t enough)
{
    auto const* const bytes = reinterpret_cast<std::uint8_t const*>(file.data());
    WebPDecoderConfig config;
    if (WebPInitDecoderConfig(&config) == 0)
        return std::unexpected(Problem::not_supported); // another version of the library
    auto& input = config.input;
    if (WebPGetFeatures(bytes, file.size(), &input) != VP8_STATUS_OK)
        return std::unexpected(Problem::damaged);
    if (input.width <= 0 || input.height <= 0)
        return std::unexpected(Problem::damaged);
    if (is_too_large(
            static_cast<std::uint32_t>(input.width), static_cast<std::uint32_t>(input.height)
        ))
        return std::unexpected(Problem::too_many_pixels);
    if (input.has_animation != 0)
        return std::unexpected(Problem::not_supported);
    if (!is_whole(file))
        return std::unexpected(Problem::damaged);
    auto const longer = std::max(input.width, input.height);
    Pixels pixels(shrunk(input.width, longer, enough), shrunk(input.height, longer, enough));
    config.options.use_scaling = 1;
    config.options.scaled_width = static_cast<int>(pixels.width);
    config.options.scaled_height = static_cast<int>(pixels.height);
    config.output.colorspace = MODE_RGBA;
    config.output.is_external_memory = 1;
    config.output.u.RGBA.rgba = pixels.rgba.data();
    config.output.u.RGBA.stride = static_cast<int>(pixels.width * 4);
    config.output.u.RGBA.size = pixels.rgba.size();
    auto const status = WebPDecode(bytes, file.size(), &config);
    WebPFreeDecBuffer(&config.output);
    if (status != VP8_STATUS_OK)
        return std::unexpected(Problem::damaged);
    return pixels;
}

} // namespace gatehouse::picture_files
