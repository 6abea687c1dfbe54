// Pictures of every kind, whole, cut off, lied about and turned.
#include "support/picture_samples.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <stdexcept>

namespace gatehouse::picture_files {
namespace {
using namespace std::string_literals;
using testing::blue;
using testing::gif_of;
using testing::one_of_each;
using testing::red;
using testing::two_colours;
using testing::webp_of;

constexpr std::array sizes{256, 64};
Pixels reread(Rendition const& rendition)
{
    auto const read = rendition.content_type == "image/png" ? decode_png(rendition.bytes)
                                                            : decode_jpeg(rendition.bytes, 4096);
    if (!read)
        throw std::runtime_error("what was made cannot be read");
    return *read;
}

bool is_about(
    Pixels const& picture, std::uint32_t x, std::uint32_t y, std::array<std::uint8_t, 4> colour
)
{
    auto const at = (std::size_t(y) * picture.width + x) * 4;
    for (std::size_t part = 0; part < 4; ++part)
        if (std::abs(picture.rgba[at + part] - colour[part]) > 24)
            return false;
    return true;
}

Problem problem_with(std::string const& file)
{
    auto const made = renditions_of(file, sizes);
    if (made)
        throw std::runtime_error("it was accepted");
    return made.error();
}

std::string big_endian(std::uint32_t number)
{
    std::string text;
    for (int shift = 24; shift >= 0; shift -= 8)
        text += static_cast<char>(number >> shift & 0xFF);
    return text;
}

TEST(Pictures, of_every_kind_come_out_with_their_colours_in_their_places)
{
    for (auto const& [kind, file] : one_of_each()) {
        SCOPED_TRACE(kind);
        auto const made = renditions_of(file, sizes);
        ASSERT_TRUE(made);
        ASSERT_EQ(made->size(), 2U);
        auto const large = reread(made->front()); // never enlarged
        EXPECT_EQ(large.width, 40U);
        EXPECT_EQ(large.height, 30U);
        EXPECT_TRUE(is_about(large, 10, 2, red));
        EXPECT_TRUE(is_about(large, 10, 27, blue));
    }
}

TEST(Pictures, are_fitted_into_the_sizes_and_keep_their_shape)
{
    for (auto const& file :
         {encoded_as_png(two_colours(1000, 500)),
          encoded_as_jpeg(two_colours(1000, 500)),
          webp_of(two_colours(1000, 500))}) {
        auto const made = renditions_of(file, sizes);
        ASSERT_TRUE(made);
        auto const large = reread(made->at(0));
        auto const small = reread(made->at(1));
        EXPECT_EQ(large.width, 256U);
        EXPECT_EQ(large.height, 128U);
        EXPECT_EQ(small.width, 64U);
        EXPECT_EQ(small.height, 32U);
        EXPECT_TRUE(is_about(small, 30, 3, red));
        EXPECT_TRUE(is_about(small, 30, 29, blue));
    }
}

TEST(Pictures, one_pixel_high_stays_one_pixel_high)
{
    auto const made = renditions_of(encoded_as_png(two_colours(9000, 1)), sizes);
    ASSERT_TRUE(made);
    EXPECT_EQ(reread(made->at(1)).height, 1U);
    EXPECT_EQ(reread(made->at(1)).width, 64U);
}

TEST(Pictures, what_shines_through_stays_so_and_is_a_png)
{
    for (auto const& file :
         {encoded_as_png(two_colours(300, 300, 128)), webp_of(two_colours(300, 300, 128))}) {
        auto const made = renditions_of(file, sizes);
        ASSERT_TRUE(made);
        EXPECT_EQ(made->front().content_type, "image/png");
        EXPECT_NEAR(reread(made->front()).rgba[3], 128, 2);
    }
    auto const gif = renditions_of(gif_of(40, 30, false), sizes);
    ASSERT_TRUE(gif);
    EXPECT_EQ(reread(gif->front()).rgba[39 * 4 + 3], 0);
    EXPECT_EQ(
        renditions_of(encoded_as_png(two_colours(3, 3)), sizes)->front().content_type, "image/jpeg"
    );
}

// FI-02: every length at which a file can be cut off.
TEST(Pictures, cut_off_anywhere_are_refused)
{
    for (auto const& [kind, file] : one_of_each()) {
        SCOPED_TRACE(kind);
        for (std::size_t length = 0; length < file.size(); ++length)
            ASSERT_FALSE(renditions_of(file.substr(0, length), sizes)) << length;
    }
}

TEST(Pictures, with_one_byte_changed_anywhere_are_refused_or_decoded_but_never_harm)
{
    for (auto const& [kind, file] : one_of_each()) {
        SCOPED_TRACE(kind);
        std::size_t refused = 0;
        for (std::size_t at = 0; at < file.size(); ++at)
            for (auto const flip : {0x01, 0x80, 0xFF}) {
                auto damaged = file;
                damaged[at] = static_cast<char>(damaged[at] ^ flip);
                auto const made = renditions_of(damaged, sizes);
                refused += made ? 0 : 1;
            }
        EXPECT_GT(refused, 10U);
    }
}

// FI-01: active content, whatever its name; and a picture that is something else too.
TEST(Pictures, anything_else_is_unknown)
{
    for (auto const& file :
         {""s,
          "<svg xmlns=\"http://www.w3.org/2000/svg\" onload=\"alert(1)\"/>"s,
          "<?xml version=\"1.0\"?><svg/>"s,
          "<!doctype html><script>alert(1)</script>"s,
          "%PDF-1.7\n%\xE2\xE3\xCF\xD3\n"s,
          "PK\x03\x04"s,
          "GIF88a"s,
          "RIFF\x04\0\0\0WAVE"s,
          "BM\x1E\0\0\0"s,
          "II*\0"s,
          "\0\0\0\x1C"
          "ftypavif"s,
          " "s + encoded_as_png(two_colours(2, 2)),
          "%PDF-1.7\n"s + encoded_as_jpeg(two_colours(2, 2))})
        EXPECT_EQ(problem_with(file), Problem::unknown_kind) << file.substr(0, 12);
}

TEST(Pictures, with_something_appended_are_refused)
{
    for (auto const& [kind, file] : one_of_each()) {
        if (kind == "JPEG") // cameras append a second picture; it is left behind like all the rest
            continue;
        EXPECT_EQ(problem_with(file + "PK\x03\x04 and an archive"), Problem::damaged) << kind;
    }
}

// The header decides before memory is taken: a few bytes that promise billions of pixels.
TEST(Pictures, that_promise_too_many_pixels_are_refused_by_their_header)
{
    auto png = encoded_as_png(two_colours(2, 2));
    png.replace(16, 8, big_endian(65'000) + big_endian(65'000));
    EXPECT_EQ(problem_with(png), Problem::too_many_pixels);
    png.replace(16, 8, big_endian(12'001) + big_endian(1));
    EXPECT_EQ(problem_with(png), Problem::too_many_pixels);
    png.replace(16, 8, big_endian(5001) + big_endian(5000));
    EXPECT_EQ(problem_with(png), Problem::too_many_pixels);
    png.replace(16, 8, big_endian(0xFFFFFFFF) + big_endian(0xFFFFFFFF));
    EXPECT_EQ(problem_with(png), Problem::too_many_pixels);
    auto gif = gif_of(8, 8, false);
    gif.replace(6, 4, "\xFF\xFF\xFF\xFF");
    EXPECT_EQ(problem_with(gif), Problem::too_many_pixels);
    auto jpeg = encoded_as_jpeg(two_colours(16, 16));
    auto const frame = jpeg.find("\xFF\xC0"s);
    ASSERT_NE(frame, std::string::npos);
    jpeg.replace(frame + 5, 4, "\xFD\xE8\xFD\xE8");
    EXPECT_EQ(problem_with(jpeg), Problem::too_many_pixels);
    auto const webp = webp_of(two_colours(13'000, 1));
    EXPECT_EQ(problem_with(webp), Problem::too_many_pixels);
}

TEST(Pictures, that_lie_about_lengths_and_places_are_refused)
{
    auto png = encoded_as_png(two_colours(2, 2));
    auto const data = png.find("IDAT");
    png.replace(data - 4, 4, big_endian(0x7FFFFFFF));
    EXPECT_EQ(problem_with(png), Problem::damaged);
    auto gif = gif_of(8, 8, false);
    auto const image = gif.find(","s + "\0\0\0\0"s);
    ASSERT_NE(image, std::string::npos);
    gif.replace(image + 1, 2, "\x07\0"s); // hangs over the edge of the screen
    EXPECT_EQ(problem_with(gif), Problem::damaged);
    auto webp = webp_of(two_colours(20, 20));
    webp.replace(4, 4, "\xFF\xFF\xFF\x7F"s);
    EXPECT_EQ(problem_with(webp), Problem::damaged);
}

// An Exif block as a camera writes it: the orientation, and where it was taken.
std::string with_exif(std::string const& jpeg, char orientation)
{
    auto const content = "Exif\0\0II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0"s + orientation
        + "\0\0\0\0\0\0\0 GPS 52.5200 N 13.4050 E"s;
    auto const length = static_cast<char>(content.size() + 2);
    return jpeg.substr(0, 2) + "\xFF\xE1"s + '\0' + length + content + jpeg.substr(2);
}

// FI-05: what the camera wrote is gone, how it was held is honoured.
TEST(Pictures, lose_their_metadata_and_stand_upright)
{
    auto const jpeg = encoded_as_jpeg(two_colours(80, 40));
    struct Held {
        char orientation;
        std::uint32_t width;
        std::uint32_t red_x, red_y, blue_x, blue_y;
    };
    for (auto const& held : std::array<Held, 6>{
             {{1, 80, 40, 5, 40, 35},
              {2, 80, 40, 5, 40, 35},
              {3, 80, 40, 35, 40, 5},
              {4, 80, 40, 35, 40, 5},
              {6, 40, 35, 40, 5, 40}, // its top lies at the right
              {8, 40, 5, 40, 35, 40}}
         }) {
        SCOPED_TRACE(static_cast<int>(held.orientation));
        auto const made = renditions_of(with_exif(jpeg, held.orientation), sizes);
        ASSERT_TRUE(made);
        for (auto const& rendition : *made) {
            EXPECT_EQ(rendition.bytes.find("Exif"), std::string::npos);
            EXPECT_EQ(rendition.bytes.find("GPS"), std::string::npos);
        }
        auto const picture = reread(made->front());
        EXPECT_EQ(picture.width, held.width);
        EXPECT_TRUE(is_about(picture, held.red_x, held.red_y, red));
        EXPECT_TRUE(is_about(picture, held.blue_x, held.blue_y, blue));
    }
    EXPECT_TRUE(renditions_of(with_exif(jpeg, 99), sizes)) << "an unknown orientation is none";
}

TEST(Pictures, all_eight_orientations_are_what_exif_says)
{
    Pixels picture(2, 3); // numbered 0 to 5 in red
    for (std::size_t at = 0; at < 6; ++at)
        picture.rgba[at * 4] = static_cast<std::uint8_t>(at);
    auto const order = [&](int orientation) {
        auto const made = turned(picture, orientation);
        std::string text;
        for (std::size_t at = 0; at < 6; ++at)
            text += static_cast<char>('0' + made.rgba[at * 4]);
        return text;
    };
    EXPECT_EQ(order(1), "012345");
    EXPECT_EQ(order(2), "103254");
    EXPECT_EQ(order(3), "543210");
    EXPECT_EQ(order(4), "452301");
    EXPECT_EQ(order(5), "024135");
    EXPECT_EQ(order(6), "420531");
    EXPECT_EQ(order(7), "531420");
    EXPECT_EQ(order(8), "135024");
}

} // namespace
} // namespace gatehouse::picture_files
