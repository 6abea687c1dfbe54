// JPEG, by TurboJPEG, which shrinks while it decodes.
#include "protocols/picture_files/bytes.h"
#include "protocols/picture_files/pixels.h"

#include <turbojpeg.h>

#include <algorithm>
#include <memory>
#include <span>
#include <stdexcept>

namespace gatehouse::picture_files {
namespace {

constexpr int quality = 88;

struct Destroy {
    void operator()(void* handle) const { tjDestroy(handle); }
};
using Handle = std::unique_ptr<void, Destroy>;

Handle made(tjhandle handle)
{
    if (!handle)
        throw std::runtime_error(std::string("JPEG: ") + tjGetErrorStr2(nullptr));
    return Handle(handle);
}

std::uint32_t scaled(int length, tjscalingfactor factor) // rounded up, as the library does
{
    return static_cast<std::uint32_t>((length * factor.num + factor.denom - 1) / factor.denom);
}

// The smallest size that the decoder can give and that is still enough.
Pixels room_for(int width, int height, std::uint32_t enough)
{
    int count = 0;
    auto const* const factors = tjGetScalingFactors(&count);
    if (!factors)
        throw std::runtime_error("JPEG: no scaling factors");
    auto const longer = std::max(width, height);
    tjscalingfactor best{1, 1};
    for (auto const factor : std::span(factors, static_cast<std::size_t>(count)))
        if (scaled(longer, factor) >= enough && scaled(longer, factor) < scaled(longer, best))
            best = factor;
    return {scaled(width, best), scaled(height, best)};
}

unsigned char const* bytes_of(std::string_view file)
{
    return reinterpret_cast<unsigned char const*>(file.data());
}

} // namespace

Decoded decode_jpeg(std::string_view file, std::uint32_t enough)
{
    auto const handle = made(tjInitDecompress());
    auto const size = static_cast<unsigned long>(file.size());
    int width = 0;
    int height = 0;
    int sampling = 0;
    int colours = 0;
    if (tjDecompressHeader3(
            handle.get(), bytes_of(file), size, &width, &height, &sampling, &colours
        )
        != 0)
        return std::unexpected(Problem::damaged);
    if (width <= 0 || height <= 0)
        return std::unexpected(Problem::damaged);
    if (is_too_large(static_cast<std::uint32_t>(width), static_cast<std::uint32_t>(height)))
        return std::unexpected(Problem::too_many_pixels);
    if (colours == TJCS_CMYK || colours == TJCS_YCCK)
        return std::unexpected(Problem::not_supported);
    auto pixels = room_for(width, height, enough);
    // A warning means that pixels were made up: of a file cut off above all. Scans are counted,
    // since thousands of empty ones would keep the decoder busy for minutes.
    auto const done = tjDecompress2(
        handle.get(),
        bytes_of(file),
        size,
        pixels.rgba.data(),
        static_cast<int>(pixels.width),
        0,
        static_cast<int>(pixels.height),
        TJPF_RGBA,
        TJFLAG_STOPONWARNING | TJFLAG_LIMITSCANS
    );
    if (done != 0)
        return std::unexpected(Problem::damaged);
    return pixels;
}

std::string encoded_as_jpeg(Pixels const& picture)
{
    auto const handle = made(tjInitCompress());
    auto const width = static_cast<int>(picture.width);
    auto const height = static_cast<int>(picture.height);
    std::string made(tjBufSize(width, height, TJSAMP_420), '\0');
    auto* into = reinterpret_cast<unsigned char*>(made.data());
    auto size = static_cast<unsigned long>(made.size());
    auto const done = tjCompress2(
        handle.get(),
        picture.rgba.data(),
        width,
        0,
        height,
        TJPF_RGBA,
        &into,
        &size,
        TJSAMP_420,
        quality,
        TJFLAG_NOREALLOC
    );
    if (done != 0)
        throw std::runtime_error(std::string("JPEG: ") + tjGetErrorStr2(handle.get()));
    made.resize(size);
    return made;
}

} // namespace gatehouse::picture_files
