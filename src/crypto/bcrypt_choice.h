// How many bcrypt lanes, by which rounds: measured and tested once, before the first password.
#pragma once

#include "crypto/bcrypt_rounds.h"

#include <span>
#include <string>

namespace gatehouse::crypto {

struct LaneChoice {
    BcryptRounds rounds;
    std::size_t lanes = 0; // 0: none can be trusted, libxcrypt has to do
    std::string trouble; // why; empty: all is well
};

// The fastest of them here, in a few milliseconds. A choice that gives one wrong hash in its test,
// with lanes that begin and end at different times, is none: there is no second best to try.
[[nodiscard]] LaneChoice choose_lanes(std::span<BcryptRounds const> candidates);

// The choice of this processor, made when it is first asked for.
[[nodiscard]] LaneChoice const& chosen_lanes();

// Empty, or what is wrong with the hashes that these make.
[[nodiscard]] std::string tested(BcryptRounds const& rounds, std::size_t lanes);

} // namespace gatehouse::crypto
