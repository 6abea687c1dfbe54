// What is kept comes back as it was, out of memory and out of a file.
#include "features/compliance/spool.h"

#include <gtest/gtest.h>

namespace gatehouse::compliance {
namespace {

std::string all_of(Spool& spool)
{
    std::string all;
    for (auto piece = spool.next(); !piece.empty(); piece = spool.next()) {
        EXPECT_LE(piece.size(), 256U * 1024U);
        all += piece;
    }
    return all;
}

TEST(SpoolTest, GivesBackWhatItWasGivenInItsOrder)
{
    for (std::size_t const in_memory : {0UL, 10UL, 5'000'000UL}) {
        Spool spool(in_memory);
        std::string expected;
        for (int number = 0; number < 3000; ++number) {
            auto const text = std::string(300, static_cast<char>('a' + number % 26));
            spool.add(text);
            expected += text;
        }
        spool.add("");
        EXPECT_EQ(spool.size(), std::ssize(expected));
        EXPECT_TRUE(all_of(spool) == expected) << in_memory;
        EXPECT_EQ(spool.next(), "");
    }
    Spool empty(10);
    EXPECT_EQ(empty.next(), "");
}

} // namespace
} // namespace gatehouse::compliance
