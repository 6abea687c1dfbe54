// Decisions are not stored: the id of one is the decision itself, sealed. Every node opens it, and
// nobody makes one up. Each day has a key of its own, which the id names in front: thousands of
// decisions a second stay far below what one key may seal with random nonces.
#pragma once

#include "core/random.h"
#include "crypto/seal.h"
#include "features/authorization/decided.h"

#include <cstdint>
#include <optional>
#include <string>

namespace gatehouse::authorization {

constexpr Duration decision_life = 24h; // how long it is explained

class DecisionIds {
public:
    DecisionIds(crypto::KeyEncryptionKey const& key, Instant now); // the key outlives it

    std::string id_of(Decided const& decided, Random& random) const;
    std::optional<Decided> open(std::string const& id) const; // nothing: not one of ours

private:
    SecretString key_of(std::int64_t day) const;

    crypto::KeyEncryptionKey const& key_;
    std::int64_t today_;
    SecretString key_of_today_; // nearly every id is of today
};

} // namespace gatehouse::authorization
