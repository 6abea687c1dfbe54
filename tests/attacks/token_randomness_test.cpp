// SES-03: a hundred thousand tokens share nothing, and their bits look thrown.
#include "core/random.h"
#include "domain/opaque_token.h"

#include <gtest/gtest.h>

#include <array>
#include <bit>
#include <cmath>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_set>

namespace gatehouse::testing {
namespace {

constexpr int rounds = 100'000;
constexpr int letters = 64; // of base64url, six bits each
constexpr std::string_view alphabet
    = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

struct Seen {
    std::unordered_set<std::string> tokens;
    std::unordered_set<std::string> beginnings; // of eight letters
    std::unordered_set<std::string> ends;
    std::array<std::uint64_t, letters> counts{};
    std::uint64_t ones = 0;
};

Seen minted()
{
    Seen seen;
    SystemRandom random;
    for (int round = 0; round < rounds; ++round) {
        auto const token = domain::mint_opaque_token(random);
        auto const text = std::string(token.text.reveal());
        for (char const letter : text) {
            auto const value = static_cast<unsigned>(alphabet.find(letter));
            ++seen.counts.at(value);
            seen.ones += static_cast<unsigned>(std::popcount(value));
        }
        seen.beginnings.insert(text.substr(0, 8));
        seen.ends.insert(text.substr(text.size() - 8));
        seen.tokens.insert(text);
    }
    return seen;
}

TEST(TokenRandomness, SES_03_a_hundred_thousand_are_unique_and_share_no_beginning_or_end)
{
    auto const seen = minted();
    EXPECT_EQ(seen.tokens.size(), static_cast<std::size_t>(rounds));
    // Of 48 bits each: a single pair among 10^5 would be a chance of one in fifty thousand.
    EXPECT_GE(seen.beginnings.size(), static_cast<std::size_t>(rounds - 1));
    EXPECT_GE(seen.ends.size(), static_cast<std::size_t>(rounds - 1));
    EXPECT_EQ(seen.tokens.begin()->size(), 64U) << "48 bytes, far over 128 bits";
}

TEST(TokenRandomness, SES_03_the_monobit_and_the_chi_square_test_pass)
{
    auto const seen = minted();
    double const bits = 6.0 * letters * rounds;
    double const excess = std::abs((2.0 * static_cast<double>(seen.ones)) - bits) / std::sqrt(bits);
    EXPECT_LT(excess, 6.0) << "standard deviations; a fair source fails once in 10^9 runs";

    double const expected = static_cast<double>(rounds); // of each letter: 64 letters, 64 places
    double chi_square = 0;
    for (auto const count : seen.counts) {
        auto const off = static_cast<double>(count) - expected;
        chi_square += off * off / expected;
    }
    // 63 degrees of freedom: beyond 150 once in 10^8 runs; far below 15 it would be too even.
    EXPECT_LT(chi_square, 150.0);
    EXPECT_GT(chi_square, 15.0);
}

} // namespace
} // namespace gatehouse::testing
