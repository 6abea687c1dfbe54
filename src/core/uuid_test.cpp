// UUIDs of version 7, and the kernel's randomness behind them.
#include "core/uuid.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

namespace gatehouse {
namespace {

class Constant final : public Random {
public:
    explicit Constant(std::uint8_t byte)
        : byte_(byte)
    {
    }
    void fill(std::span<std::uint8_t> into) override { std::ranges::fill(into, byte_); }

private:
    std::uint8_t byte_;
};

TEST(Uuid, has_the_layout_of_rfc_9562)
{
    // The example of RFC 9562 A.6: 2022-02-22T19:22:22Z.
    auto const now = Instant::from_milliseconds(0x017F22E279B0);
    Constant ones(0xff);
    Constant zeros(0);
    EXPECT_EQ(mint_uuid(now, ones), "017f22e2-79b0-7fff-bfff-ffffffffffff");
    EXPECT_EQ(mint_uuid(now, zeros), "017f22e2-79b0-7000-8000-000000000000");
}

TEST(Uuid, bytes_stand_for_one_spelling_alone)
{
    std::string const text = "017f22e2-79b0-7cc3-98c4-dc0c0c07398f";
    auto const bytes = parse_uuid(text);
    ASSERT_TRUE(bytes);
    EXPECT_EQ(to_text(*bytes), text);
    for (std::string const other :
         {"017F22E2-79B0-7CC3-98C4-DC0C0C07398F",
          "017f22e279b07cc398c4dc0c0c07398f",
          "017f22e2-79b0-7cc3-98c4-dc0c0c07398",
          "017f22e2-79b0-7cc3-98c4-dc0c0c07398ff",
          "017f22e2-79b0-7cc3-98c4_dc0c0c07398f",
          "017f22e2-79b0-7cc3-98c4-dc0c0c07398g",
          "{17f22e2-79b0-7cc3-98c4-dc0c0c07398f",
          "-17f22e2-79b0-7cc3-98c4-dc0c0c07398f",
          ""})
        EXPECT_FALSE(parse_uuid(other)) << other;
}

TEST(Uuid, sorts_by_time_and_never_repeats)
{
    SystemRandom random;
    std::set<std::string> seen;
    std::string last;
    for (int i = 0; i < 10'000; ++i) {
        auto const made = mint_uuid(Instant::from_milliseconds(1'795'331'109'123 + i), random);
        EXPECT_EQ(made.size(), 36U);
        EXPECT_LT(last, made);
        EXPECT_TRUE(seen.insert(made.substr(14)).second);
        last = made;
    }
}

TEST(Random, gives_as_many_bytes_as_asked)
{
    SystemRandom random;
    EXPECT_EQ(random.bytes(0), "");
    EXPECT_EQ(random.bytes(1'000'000).size(), 1'000'000U);
    EXPECT_NE(random.bytes(32), random.bytes(32));
}

} // namespace
} // namespace gatehouse
