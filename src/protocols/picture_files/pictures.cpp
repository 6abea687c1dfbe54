// From a file to what is kept of it.
#include "protocols/picture_files/pictures.h"

#include "protocols/picture_files/pixels.h"

#include <algorithm>

namespace gatehouse::picture_files {
namespace {
using namespace std::string_view_literals;

Decoded decode(std::string_view file, std::uint32_t enough)
{
    if (file.starts_with("\x89PNG\r\n\x1A\n"sv))
        return decode_png(file);
    if (file.starts_with("\xFF\xD8\xFF"sv))
        return decode_jpeg(file, enough);
    if (file.starts_with("RIFF"sv) && file.substr(0, 12).ends_with("WEBP"sv))
        return decode_webp(file, enough);
    if (file.starts_with("GIF87a"sv) || file.starts_with("GIF89a"sv))
        return decode_gif(file);
    return std::unexpected(Problem::unknown_kind);
}

Rendition encoded(Pixels const& picture)
{
    if (picture.is_opaque())
        return {"image/jpeg", encoded_as_jpeg(picture)};
    return {"image/png", encoded_as_png(picture)};
}
} // namespace

std::string_view to_text(Problem problem)
{
    switch (problem) {
    case Problem::unknown_kind:
        return "is not a PNG, JPEG, WebP or GIF picture";
    case Problem::too_many_pixels:
        return "has more than 25 million pixels, or more than 12,000 on one side";
    case Problem::damaged:
        return "is not a whole picture";
    case Problem::not_supported:
        return "is an animated WebP or a picture in printing colours";
    }
    return "is not a picture";
}

std::expected<std::vector<Rendition>, Problem>
renditions_of(std::string_view file, std::span<int const> sizes)
{
    auto const largest = static_cast<std::uint32_t>(*std::ranges::max_element(sizes));
    auto picture = decode(file, 2 * largest);
    if (!picture)
        return std::unexpected(picture.error());
    auto const fitting = fitted(*picture, largest);
    *picture = Pixels(); // it may be large
    auto const upright
        = turned(fitting, file.starts_with("\xFF\xD8\xFF"sv) ? orientation_of_jpeg(file) : 1);
    std::vector<Rendition> made;
    for (auto const size : sizes)
        made.push_back(encoded(fitted(upright, static_cast<std::uint32_t>(size))));
    return made;
}

} // namespace gatehouse::picture_files
