// Text: strict decoding above all, since a second spelling of a token is a second token.
#include "core/text.h"

#include <gtest/gtest.h>

namespace gatehouse {
namespace {

using namespace std::string_literals;

TEST(Text, base64_keeps_the_examples_of_rfc_4648)
{
    std::pair<std::string, std::string> const samples[]
        = {{"", ""},
           {"f", "Zg=="},
           {"fo", "Zm8="},
           {"foo", "Zm9v"},
           {"foob", "Zm9vYg=="},
           {"fooba", "Zm9vYmE="},
           {"foobar", "Zm9vYmFy"},
           {"\xff\xef\xbe"s, "/+++"}};
    for (auto const& [bytes, text] : samples) {
        EXPECT_EQ(to_base64(bytes), text);
        EXPECT_EQ(from_base64(text), bytes);
    }
    EXPECT_EQ(to_base64url("\xff\xef\xbe"), "_---");
    EXPECT_EQ(from_base64url("Zm9vYg"), "foob");
}

TEST(Text, base64_has_one_spelling_for_one_value)
{
    for (auto const* const text :
         {"Zg",
          "Zg=",
          "Zg===",
          "Zh==",
          "Zm9=",
          "Z",
          "Zm 9v",
          "Zm9v\n",
          "Zm-v",
          "=",
          "====",
          "Zg==Zg==",
          "Z=g="})
        EXPECT_FALSE(from_base64(text)) << text;
    for (auto const* const text : {"Zg==", "Zh", "Zm9", "Z", "Zm+v", "Zm/v", " Zm9v", "Zm9v="})
        EXPECT_FALSE(from_base64url(text)) << text;
}

TEST(Text, base64_round_trips_every_length)
{
    std::string bytes;
    for (int i = 0; i < 300; ++i) {
        EXPECT_EQ(from_base64(to_base64(bytes)), bytes);
        EXPECT_EQ(from_base64url(to_base64url(bytes)), bytes);
        bytes += static_cast<char>(i * 37);
    }
}

TEST(Text, hexadecimal)
{
    EXPECT_EQ(to_hex("\x00\x1f\xff"s), "001fff");
    EXPECT_EQ(from_hex("001FfF"), "\x00\x1f\xff"s);
    EXPECT_FALSE(from_hex("0"));
    EXPECT_FALSE(from_hex("0g"));
}

TEST(Text, utf8_is_strict)
{
    for (auto const* const good :
         {"", "a", "\u00e9", "\u20ac", "\U0001f600", "\U0010ffff", "\ud7ff", "\ue000"})
        EXPECT_TRUE(is_valid_utf8(good)) << good;
    for (auto const* const bad :
         {"\x80",
          "\xc0\x80",
          "\xc1\xbf",
          "\xe0\x80\x80",
          "\xe0\x9f\xbf",
          "\xed\xa0\x80",
          "\xed\xbf\xbf",
          "\xf0\x8f\xbf\xbf",
          "\xf4\x90\x80\x80",
          "\xf5\x80\x80\x80",
          "\xff",
          "\xc3",
          "\xe2\x82",
          "\xf0\x9f\x98",
          "a\xc3z"})
        EXPECT_FALSE(is_valid_utf8(bad)) << bad;
    EXPECT_EQ(code_points("a\u00e9\u20ac\U0001f600"), 4U);
}

TEST(Text, trimming_and_folding_touch_ascii_alone)
{
    EXPECT_EQ(trimmed(" \t\r\n\v\fa b \n"), "a b");
    EXPECT_EQ(trimmed("  "), "");
    EXPECT_EQ(trimmed("\u00a0a"), "\u00a0a");
    EXPECT_EQ(ascii_lower("AZaz[@\u00c9"), "azaz[@\u00c9");
}

} // namespace
} // namespace gatehouse
