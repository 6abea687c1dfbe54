// The rounds in C++, for every processor.
#include "crypto/bcrypt_rounds.h"

#include <utility>

namespace gatehouse::crypto {
namespace {

using std::size_t;
using std::uint32_t;

[[gnu::always_inline]] inline uint32_t mixed(uint32_t const* words, uint32_t x)
{
    auto const* const boxes = words + blowfish_subkeys;
    return ((boxes[x >> 24] + boxes[256 + (x >> 16 & 255)]) ^ boxes[512 + (x >> 8 & 255)])
        + boxes[768 + (x & 255)];
}

template <size_t... lane>
void schedule_of(BcryptLane* first, std::index_sequence<lane...> /*lanes*/)
{
    uint32_t left[sizeof...(lane)] = {};
    uint32_t right[sizeof...(lane)] = {};
    uint32_t* const words[] = {first[lane].words.data()...};
    for (size_t at = 0; at < blowfish_words; at += 2) {
        ((left[lane] ^= words[lane][0]), ...);
#pragma GCC unroll 8
        for (size_t i = 1; i < 17; i += 2) {
            ((right[lane] ^= words[lane][i] ^ mixed(words[lane], left[lane])), ...);
            ((left[lane] ^= words[lane][i + 1] ^ mixed(words[lane], right[lane])), ...);
        }
        ((right[lane] ^= words[lane][17]), ...);
        (std::swap(left[lane], right[lane]), ...);
        ((words[lane][at] = left[lane]), ...);
        ((words[lane][at + 1] = right[lane]), ...);
    }
}

template <size_t lanes> void schedule(BcryptLane* first)
{
    schedule_of(first, std::make_index_sequence<lanes>());
}

template <size_t... less> BcryptRounds rounds_of(std::index_sequence<less...> /*counts*/)
{
    return {.name = "C++", .of_lanes = {schedule<less + 1>...}};
}

} // namespace

BcryptRounds portable_rounds()
{
    return rounds_of(std::make_index_sequence<most_bcrypt_lanes>());
}

BlowfishBlock encipher(std::array<uint32_t, blowfish_words> const& words, BlowfishBlock block)
{
    auto left = block.left ^ words[0];
    auto right = block.right;
    for (size_t i = 1; i < 17; i += 2) {
        right ^= words[i] ^ mixed(words.data(), left);
        left ^= words[i + 1] ^ mixed(words.data(), right);
    }
    return {right ^ words[17], left};
}

} // namespace gatehouse::crypto
