// Which addresses are one: blanks around and A–Z do not count, anything else does.
#include "domain/email_address.h"

#include <gtest/gtest.h>

namespace gatehouse::domain {
namespace {

TEST(CanonicalAddress, folds_ascii_and_trims)
{
    EXPECT_EQ(CanonicalAddress("  Ann@Example.TEST\t").text(), "ann@example.test");
    EXPECT_EQ(CanonicalAddress("ann@example.test"), CanonicalAddress("ANN@EXAMPLE.TEST "));
}

// Both databases fold A–Z alone: what looks alike beyond is another address.
TEST(CanonicalAddress, folds_nothing_beyond_ascii)
{
    EXPECT_EQ(CanonicalAddress("\xC3\x84nn@example.test").text(), "\xC3\x84nn@example.test");
    EXPECT_NE(CanonicalAddress("\xC3\x84@x.test"), CanonicalAddress("\xC3\xA4@x.test"));
    EXPECT_EQ(CanonicalAddress("\xE2\x84\xAA@x.test").text(), "\xE2\x84\xAA@x.test"); // Kelvin sign
}

TEST(CanonicalAddress, a_longer_text_is_cut_and_marked_so_that_it_equals_no_real_one)
{
    std::string const longest(CanonicalAddress::longest, 'a');
    EXPECT_EQ(CanonicalAddress(longest).text(), longest);
    auto const cut = CanonicalAddress(longest + "b");
    EXPECT_NE(cut, CanonicalAddress(longest));
    EXPECT_EQ(cut.text(), longest + " (cut)");
    EXPECT_EQ(cut, CanonicalAddress(longest + "c"));
}

TEST(CanonicalAddress, never_cuts_inside_a_character)
{
    auto const text = CanonicalAddress(std::string(319, 'a') + "\xC3\xA4" + "tail").text();
    EXPECT_EQ(text, std::string(319, 'a') + " (cut)");
}

} // namespace
} // namespace gatehouse::domain
