// Making a picture smaller: each new pixel is the mean of the area that it stands for.
#include "protocols/picture_files/pixels.h"

#include <algorithm>
#include <cmath>

namespace gatehouse::picture_files {
namespace {

// Which old pixels one new pixel covers along one side, and how much of the first and the last.
struct Span {
    std::uint32_t first;
    std::uint32_t last;
    double first_share;
    double last_share;

    double share(std::uint32_t at) const
    {
        if (at == first)
            return first_share;
        return at == last ? last_share : 1.0;
    }
};

std::vector<Span> spans(std::uint32_t from, std::uint32_t into)
{
    std::vector<Span> all;
    auto const step = static_cast<double>(from) / into;
    for (std::uint32_t at = 0; at < into; ++at) {
        auto const begin = at * step;
        auto const end = std::min((at + 1) * step, static_cast<double>(from));
        auto const first = std::min(static_cast<std::uint32_t>(begin), from - 1);
        auto const last
            = std::clamp(static_cast<std::uint32_t>(std::ceil(end)) - 1, first, from - 1);
        auto const first_share = first == last ? end - begin : first + 1 - begin;
        all.push_back({first, last, first_share, end - last});
    }
    return all;
}

struct Sum { // of colours weighed by their alpha
    double red = 0;
    double green = 0;
    double blue = 0;
    double alpha = 0;
    double area = 0;

    void add(Sum const& other, double share)
    {
        red += other.red * share;
        green += other.green * share;
        blue += other.blue * share;
        alpha += other.alpha * share;
        area += other.area * share;
    }
};

Sum sum_in_row(std::uint8_t const* row, Span const& span)
{
    Sum sum;
    for (auto at = span.first; at <= span.last; ++at) {
        auto const* const pixel = row + std::size_t(at) * 4;
        auto const share = span.share(at);
        auto const alpha = pixel[3] * share;
        sum.red += pixel[0] * alpha;
        sum.green += pixel[1] * alpha;
        sum.blue += pixel[2] * alpha;
        sum.alpha += alpha;
        sum.area += share;
    }
    return sum;
}

std::uint8_t rounded(double value)
{
    return static_cast<std::uint8_t>(std::clamp(value + 0.5, 0.0, 255.0));
}

void put(Sum const& sum, std::uint8_t* pixel)
{
    if (sum.alpha <= 0)
        return; // wholly transparent: all zero already
    pixel[0] = rounded(sum.red / sum.alpha);
    pixel[1] = rounded(sum.green / sum.alpha);
    pixel[2] = rounded(sum.blue / sum.alpha);
    pixel[3] = rounded(sum.alpha / sum.area);
}

std::uint32_t shrunk(std::uint32_t length, std::uint32_t longer, std::uint32_t side)
{
    auto const exact = static_cast<double>(length) * side / longer;
    return std::max(1U, static_cast<std::uint32_t>(std::lround(exact)));
}

} // namespace

bool Pixels::is_opaque() const
{
    for (std::size_t at = 3; at < rgba.size(); at += 4)
        if (rgba[at] != 0xFF)
            return false;
    return true;
}

Pixels fitted(Pixels const& picture, std::uint32_t side)
{
    auto const longer = std::max(picture.width, picture.height);
    if (longer <= side)
        return picture;
    Pixels made(shrunk(picture.width, longer, side), shrunk(picture.height, longer, side));
    auto const columns = spans(picture.width, made.width);
    auto const rows = spans(picture.height, made.height);
    for (std::uint32_t y = 0; y < made.height; ++y) {
        std::vector<Sum> sums(made.width);
        for (auto from = rows[y].first; from <= rows[y].last; ++from) {
            auto const* const row = &picture.rgba[std::size_t(from) * picture.width * 4];
            for (std::uint32_t x = 0; x < made.width; ++x)
                sums[x].add(sum_in_row(row, columns[x]), rows[y].share(from));
        }
        for (std::uint32_t x = 0; x < made.width; ++x)
            put(sums[x], &made.rgba[(std::size_t(y) * made.width + x) * 4]);
    }
    return made;
}

} // namespace gatehouse::picture_files
