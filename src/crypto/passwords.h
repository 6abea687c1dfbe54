// The hashing threads: passwords are checked and made there, and a queue that is full says so.
#pragma once

#include "core/async.h"
#include "core/overloaded.h"
#include "core/time.h"
#include "crypto/hash_engine.h"

#include <cstddef>
#include <memory>
#include <vector>

namespace gatehouse::crypto {

struct PasswordHasherOptions {
    HashPolicy policy;
    std::size_t threads = 0; // 0: one for each processor
    std::size_t queue = 64; // jobs that may wait; beyond it Overloaded
    Duration longest_wait = 800ms; // who would wait longer, or has: Overloaded, too
    bool libxcrypt_only = false; // no lanes of our own
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

    // All of these throw Overloaded when the queue is full, or longer than can be worked off in the
    // longest time that somebody may wait; nothing was begun then.
    [[nodiscard]] Async<bool> matches(SecretString password, StoredPassword stored);
    // The same password against each, in parallel; all are queued or none.
    [[nodiscard]] Async<std::vector<bool>>
    matches_each(SecretString password, std::vector<StoredPassword> stored);
    [[nodiscard]] Async<StoredPassword> hash(SecretString password);

    [[nodiscard]] StoredPassword const& decoy() const noexcept { return decoy_; }
    [[nodiscard]] HashPolicy policy() const noexcept { return policy_; }
    [[nodiscard]] std::string trouble() const; // empty, or why it hashes slower than it should

private:
    class Pool;

    HashPolicy policy_;
    StoredPassword decoy_;
    std::unique_ptr<Pool> pool_;
};

} // namespace gatehouse::crypto
