// The hashing threads: passwords are checked and made there, and a queue that is full says so.
#pragma once

#include "core/async.h"
#include "core/overloaded.h"
#include "crypto/stored_password.h"

#include <cstddef>
#include <memory>
#include <span>
#include <vector>

namespace gatehouse::crypto {

// One password to check against `stored`, or to make a stored form of when there is none.
struct HashJob {
    SecretString password;
    std::optional<StoredPassword> stored;
    bool matches = false; // out: when there was one
    StoredPassword made; // out: when there was none
};

// Does the work of one hashing thread. Several threads share one engine.
class HashEngine {
public:
    virtual ~HashEngine() = default;
    virtual std::size_t lanes() const = 0; // how many jobs at once are best
    virtual void compute(std::span<HashJob* const> jobs) = 0; // at most lanes() of them
};

// One after the other, by libxcrypt.
std::unique_ptr<HashEngine> one_by_one(HashPolicy policy, Random& random);

struct PasswordHasherOptions {
    HashPolicy policy;
    std::size_t threads = 0; // 0: one for each processor
    std::size_t queue = 64; // jobs that may wait; beyond it Overloaded
};

class PasswordHasher {
public:
    PasswordHasher(PasswordHasherOptions options, Random& random);
    PasswordHasher(
        PasswordHasherOptions options, Random& random, std::unique_ptr<HashEngine> engine
    );
    // Ends the job in hand; jobs that still wait get Overloaded.
    ~PasswordHasher();
    PasswordHasher(PasswordHasher const&) = delete;
    PasswordHasher& operator=(PasswordHasher const&) = delete;

    // All of these throw Overloaded when the queue is full; nothing was begun then.
    [[nodiscard]] Async<bool> matches(SecretString password, StoredPassword stored);
    // The same password against each, in parallel; all are queued or none.
    [[nodiscard]] Async<std::vector<bool>>
    matches_each(SecretString password, std::vector<StoredPassword> stored);
    [[nodiscard]] Async<StoredPassword> hash(SecretString password);

    [[nodiscard]] StoredPassword const& decoy() const noexcept { return decoy_; }
    [[nodiscard]] HashPolicy policy() const noexcept { return policy_; }

private:
    class Pool;

    HashPolicy policy_;
    StoredPassword decoy_;
    std::unique_ptr<Pool> pool_;
};

} // namespace gatehouse::crypto
