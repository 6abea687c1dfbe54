// Pictures that people upload: known by their content, decoded within limits, made small and new.
#pragma once

#include <cstdint>
#include <expected>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace gatehouse::picture_files {

constexpr std::uint32_t longest_side = 12'000; // pixels
constexpr std::uint64_t most_pixels = 25'000'000; // decoded, 4 bytes each

enum class Problem {
    unknown_kind, // neither PNG, JPEG, WebP nor GIF
    too_many_pixels, // said by the header, before anything is decoded
    damaged, // cut off, or not what its format demands
    not_supported, // animated WebP, JPEG in printing colours
};
std::string_view to_text(Problem problem); // for whoever sent it: `is not …`

struct Rendition {
    std::string content_type; // image/jpeg, or image/png where something shines through
    std::string bytes; // made here: nothing of the original is left but its pixels
};

// The picture fitted into a square of each size (never enlarged), as its camera was held. For PNG
// and GIF with several pictures: the first.
std::expected<std::vector<Rendition>, Problem>
renditions_of(std::string_view file, std::span<int const> sizes);

} // namespace gatehouse::picture_files
