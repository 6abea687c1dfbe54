// Names, as they are stored.
#include "protocols/password_text/names.h"

#include "core/text.h"

#include <gtest/gtest.h>

#include <ctime>

namespace gatehouse::password_text {
namespace {

using namespace std::string_literals;

TEST(Names, are_kept_literally)
{
    for (auto const& name :
         {"Test"s,
          "'; DROP TABLE organizations; --"s,
          "<script>alert('x')</script>"s,
          "a & b \"c\""s,
          "株式会社テスト"s,
          "\U0001f680 Rocket"s,
          "شركة"s,
          "a  b"s,
          "{{7*7}}"s,
          "\U0001f468\u200d\U0001f469\u200d\U0001f467"s})
        EXPECT_EQ(normalised_name(name), name);
    EXPECT_EQ(normalised_name(""), "");
}

TEST(Names, are_trimmed_and_composed)
{
    EXPECT_EQ(normalised_name("  a b \t\n"), "a b");
    EXPECT_EQ(normalised_name("\u00a0\u3000a\u2003"), "a");
    EXPECT_EQ(normalised_name(" \u3000 "), "");
    EXPECT_EQ(normalised_name("Jo\u0308rg"), "J\u00f6rg");
    EXPECT_EQ(normalised_name("\u1112\u1161\u11ab"), "\ud55c");
    EXPECT_EQ(normalised_name("\u212b"), "\u00c5");
}

TEST(Names, have_a_hundred_code_points_at_most)
{
    std::string hundred;
    for (int i = 0; i < 100; ++i)
        hundred += "\U0001f600";
    EXPECT_EQ(normalised_name(hundred), hundred);
    EXPECT_EQ(normalised_name("  " + hundred + "  "), hundred);
    EXPECT_FALSE(normalised_name(hundred + "x"));
    std::string decomposed;
    for (int i = 0; i < 100; ++i)
        decomposed += "o\u0308";
    EXPECT_TRUE(normalised_name(decomposed)); // counted as stored
    EXPECT_FALSE(normalised_name(std::string(1'000'000, ' ')));
}

// Composing long runs of marks takes longer than their length: what is no name is not composed.
TEST(Names, that_are_far_too_long_are_refused_uncomposed)
{
    std::string marks = "a";
    for (int i = 0; i < 15'000; ++i)
        marks += "\u0301";
    for (int i = 0; i < 15'000; ++i)
        marks += "\u0323";
    auto const began = std::clock();
    EXPECT_FALSE(normalised_name(marks));
    EXPECT_LT(std::clock() - began, CLOCKS_PER_SEC / 50);
    std::string decomposed;
    for (int i = 0; i < 100; ++i)
        decomposed += "e\u0302\u0301"; // three code points that are one
    EXPECT_EQ(normalised_name(decomposed).value_or("").size(), 300U)
        << "100 letters of three bytes";
}

TEST(Names, hold_no_control_characters_and_nothing_broken)
{
    for (auto const& name :
         {"a\0b"s,
          "a\nb"s,
          "a\r\nBcc: x"s,
          "a\tb"s,
          "a\x1b[31m"s,
          "a\x7f"s,
          "a\u0085b"s,
          "a\u009bb"s,
          "\xff"s,
          "a\xed\xa0\x80"s,
          "\xc3"s})
        EXPECT_FALSE(normalised_name(name)) << name;
}

TEST(Names, of_organizations_have_two_at_least)
{
    EXPECT_FALSE(normalised_organization_name(""));
    EXPECT_FALSE(normalised_organization_name(" a "));
    EXPECT_FALSE(normalised_organization_name("o\u0308"));
    EXPECT_EQ(normalised_organization_name("ab"), "ab");
    EXPECT_EQ(normalised_organization_name("株式"), "株式");
    EXPECT_FALSE(normalised_organization_name(std::string(101, 'a')));
}

} // namespace
} // namespace gatehouse::password_text
