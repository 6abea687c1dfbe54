// The rounds in eleven instructions each, for x86-64 with BMI2: the pace is then the processor's,
// and not a matter of the compiler's choices.
#include "crypto/bcrypt_rounds.h"

#include <cstddef>
#include <utility>

namespace gatehouse::crypto {

#if defined(__x86_64__)

namespace {

using std::size_t;
using std::uint32_t;

constexpr size_t words_at = offsetof(BcryptLane, words);
constexpr size_t boxes_at = words_at + blowfish_subkeys * sizeof(uint32_t);
constexpr size_t box_size = 256 * sizeof(uint32_t);

// y ^= P[i] ^ (((S0[x >> 24] + S1[x >> 16 & 255]) ^ S2[x >> 8 & 255]) + S3[x & 255])
// `turned` is x turned by eight, so that its two lowest bytes are the middle ones of x; it needs a
// register whose second byte has a name (Q). The boxes are reached by constants from the first
// lane.
template <size_t lane, size_t i>
[[gnu::always_inline]] inline void
one_round(BcryptLane* first, uint32_t& y, uint32_t x, uint32_t twenty_four)
{
    constexpr size_t lane_at = lane * sizeof(BcryptLane);
    uint32_t turned = 0;
    uint32_t index = 0;
    uint32_t sum = 0;
    asm volatile("rorx $8, %k[x], %k[turned]\n\t"
                 "movzbl %h[turned], %k[index]\n\t"
                 "movzbl %b[turned], %k[turned]\n\t"
                 "shrx %k[by], %k[x], %k[sum]\n\t"
                 "movl %c[s0](%[first],%q[sum],4), %k[sum]\n\t"
                 "addl %c[s1](%[first],%q[index],4), %k[sum]\n\t"
                 "xorl %c[s2](%[first],%q[turned],4), %k[sum]\n\t"
                 "movzbl %b[x], %k[turned]\n\t"
                 "xorl %c[p](%[first]), %k[y]\n\t"
                 "addl %c[s3](%[first],%q[turned],4), %k[sum]\n\t"
                 "xorl %k[sum], %k[y]"
                 : [y] "+&r"(y), [turned] "=&Q"(turned), [index] "=&R"(index), [sum] "=&r"(sum)
                 : [x] "r"(x),
                   [by] "r"(twenty_four),
                   [first] "r"(first),
                   [p] "i"(lane_at + words_at + i * sizeof(uint32_t)),
                   [s0] "i"(lane_at + boxes_at),
                   [s1] "i"(lane_at + boxes_at + box_size),
                   [s2] "i"(lane_at + boxes_at + 2 * box_size),
                   [s3] "i"(lane_at + boxes_at + 3 * box_size)
                 : "cc", "memory");
}

template <size_t i, size_t... lane>
[[gnu::always_inline]] inline void
two_rounds(BcryptLane* first, uint32_t* left, uint32_t* right, uint32_t twenty_four)
{
    (one_round<lane, i>(first, right[lane], left[lane], twenty_four), ...);
    (one_round<lane, i + 1>(first, left[lane], right[lane], twenty_four), ...);
}

template <size_t... lane>
void schedule_of(BcryptLane* first, std::index_sequence<lane...> /*lanes*/)
{
    uint32_t left[sizeof...(lane)] = {};
    uint32_t right[sizeof...(lane)] = {};
    uint32_t twenty_four = 24;
    asm("" : "+r"(twenty_four)); // stays in a register
    for (size_t at = 0; at < blowfish_words; at += 2) {
        ((left[lane] ^= first[lane].words[0]), ...);
        two_rounds<1, lane...>(first, left, right, twenty_four);
        two_rounds<3, lane...>(first, left, right, twenty_four);
        two_rounds<5, lane...>(first, left, right, twenty_four);
        two_rounds<7, lane...>(first, left, right, twenty_four);
        two_rounds<9, lane...>(first, left, right, twenty_four);
        two_rounds<11, lane...>(first, left, right, twenty_four);
        two_rounds<13, lane...>(first, left, right, twenty_four);
        two_rounds<15, lane...>(first, left, right, twenty_four);
        ((right[lane] ^= first[lane].words[17]), ...);
        (std::swap(left[lane], right[lane]), ...);
        ((first[lane].words.data()[at] = left[lane]), ...);
        ((first[lane].words.data()[at + 1] = right[lane]), ...);
    }
}

template <size_t lanes> void schedule(BcryptLane* first)
{
    schedule_of(first, std::make_index_sequence<lanes>());
}

template <size_t... less> BcryptRounds rounds_of(std::index_sequence<less...> /*counts*/)
{
    return {.name = "BMI2", .of_lanes = {schedule<less + 1>...}};
}

} // namespace

std::optional<BcryptRounds> bmi2_rounds()
{
    __builtin_cpu_init();
    if (!__builtin_cpu_supports("bmi2"))
        return std::nullopt;
    return rounds_of(std::make_index_sequence<most_bcrypt_lanes>());
}

#else

std::optional<BcryptRounds> bmi2_rounds()
{
    return std::nullopt;
}

#endif

} // namespace gatehouse::crypto
