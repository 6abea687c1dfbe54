// What a hashing thread works with: jobs go into lanes, and come out when they are done.
#pragma once

#include "crypto/bcrypt_choice.h"
#include "crypto/stored_password.h"

#include <cstddef>
#include <exception>
#include <memory>
#include <string>
#include <vector>

namespace gatehouse::crypto {

// One password to check against `stored`, or to make a stored form of when there is none.
struct HashJob {
    SecretString password;
    std::optional<StoredPassword> stored;
    bool matches = false; // out: when there was one
    StoredPassword made; // out: when there was none
    std::exception_ptr failure; // out: in place of either
};

// The lanes of one thread.
class HashLanes {
public:
    virtual ~HashLanes() = default;
    virtual std::size_t lanes() const noexcept = 0; // so many jobs may be in work at once

    // Takes a job into a free lane. It stays where it is until it comes out of advance().
    virtual void begin(HashJob& job) noexcept = 0;
    // Works on all that is in the lanes, for a moment where that is possible; adds what is done to
    // `ended`, which has room for all of them. What went wrong stands in the job.
    virtual void advance(std::vector<HashJob*>& ended) noexcept = 0;
};

// Shared by all hashing threads.
class HashEngine {
public:
    virtual ~HashEngine() = default;
    virtual std::unique_ptr<HashLanes> lanes() = 0; // for one more thread
    virtual std::string trouble() const { return {}; } // why it is not what it should be
};

// One after the other, by libxcrypt.
[[nodiscard]] std::unique_ptr<HashEngine> one_by_one(HashPolicy policy, Random& random);

// bcrypt side by side, all else one by one. Without lanes that can be trusted (bcrypt_choice.h) it
// is libxcrypt again, and it says so: in the log, in a metric, and in trouble().
[[nodiscard]] std::unique_ptr<HashEngine>
side_by_side(HashPolicy policy, Random& random, LaneChoice const& choice);

} // namespace gatehouse::crypto
