// Tokens whose signature was checked a while ago, so that a repeated one costs no public-key
// operation.
#pragma once

#include "core/metrics.h"
#include "core/time.h"
#include "crypto/digest.h"
#include "domain/tokens.h"

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <list>
#include <mutex>
#include <optional>
#include <unordered_map>
#include <vector>

namespace gatehouse::signing_keys {

// Signature and claims alone: whether the session lives is asked anew each time, elsewhere. A token
// is known by its SHA-256, so that memory holds none that could be used. Safe to use from several
// threads; no lock is held while a signature is checked.
class VerifiedTokens {
public:
    explicit VerifiedTokens(std::size_t most); // entries; 0 keeps nothing

    // Nothing unless the token was kept under the same generation of keys, and has not run out.
    std::optional<domain::VerifiedToken>
    find(crypto::Digest const& token, std::uint64_t generation, Instant now);

    // Pushes out what was asked for least lately where the bound is reached.
    void
    keep(crypto::Digest const& token, std::uint64_t generation, domain::VerifiedToken verified);

    std::size_t size() const; // entries
    std::size_t most() const noexcept { return most_; }

private:
    struct Entry {
        crypto::Digest token;
        std::uint64_t generation = 0;
        Instant expires_at;
        domain::VerifiedToken verified;
    };
    // A digest is as good as random everywhere.
    struct Hash {
        std::size_t operator()(crypto::Digest const& token) const noexcept
        {
            std::size_t some = 0;
            std::memcpy(&some, token.data() + sizeof some, sizeof some);
            return some;
        }
    };
    struct Shard {
        mutable std::mutex mutex;
        std::list<Entry> entries; // the latest asked for in front
        std::unordered_map<crypto::Digest, std::list<Entry>::iterator, Hash> places;
    };
    Shard& shard_of(crypto::Digest const& token) { return shards_[token[0] % shards_.size()]; }

    std::size_t most_;
    std::size_t most_of_shard_;
    std::vector<Shard> shards_;
    metrics::Counter hits_;
    metrics::Counter misses_;
};

} // namespace gatehouse::signing_keys
