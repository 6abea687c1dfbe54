// The innermost work of bcrypt: one key schedule of Blowfish, for several states side by side.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace gatehouse::crypto {

// The state of one computation: 18 words P and four boxes of 256 words, as pi gives them. They lie
// one behind the other because each key schedule writes them over in this order.
inline constexpr std::size_t blowfish_subkeys = 18;
inline constexpr std::size_t blowfish_words = blowfish_subkeys + 4 * 256;

inline constexpr std::size_t most_bcrypt_lanes = 8;

// One computation: its state, and what goes into it. Lanes lie side by side; the rounds reach each
// by its distance from the first.
struct alignas(64) BcryptLane {
    std::array<std::uint32_t, blowfish_words> words;
    std::array<std::uint32_t, blowfish_subkeys> key;
    std::array<std::uint32_t, 4> salt;
    std::uint64_t turns_left; // key schedules
    std::uint64_t ticket;
    std::array<char, 29> setting;
};

// Enciphers nothing 521 times, each time what came out before, and puts every result in the place
// of two words. The lanes take turns round by round: a round waits for its four loads and three
// sums, and meanwhile the processor works for the other lanes.
using KeySchedule = void (*)(BcryptLane* first);

// The same work for 1, 2, … lanes at once.
struct BcryptRounds {
    std::string_view name;
    std::array<KeySchedule, most_bcrypt_lanes> of_lanes;

    void schedule(BcryptLane* first, std::size_t lanes) const { of_lanes[lanes - 1](first); }
};

[[nodiscard]] BcryptRounds portable_rounds();
[[nodiscard]] std::optional<BcryptRounds> bmi2_rounds(); // where the processor has BMI2

struct BlowfishBlock {
    std::uint32_t left = 0;
    std::uint32_t right = 0;
};
[[nodiscard]] BlowfishBlock
encipher(std::array<std::uint32_t, blowfish_words> const& words, BlowfishBlock block);

} // namespace gatehouse::crypto
