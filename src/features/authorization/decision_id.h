// Decisions are not stored: the id of one is the decision itself, sealed. Every node opens it, and
// nobody makes one up.
#pragma once

#include "core/random.h"
#include "crypto/seal.h"
#include "features/authorization/decided.h"

#include <optional>
#include <string>

namespace gatehouse::authorization {

constexpr Duration decision_life = 24h; // how long it is explained

class DecisionIds {
public:
    explicit DecisionIds(crypto::KeyEncryptionKey const& key);

    std::string id_of(Decided const& decided, Random& random) const;
    std::optional<Decided> open(std::string const& id) const; // nothing: not one of ours

private:
    SecretString key_;
};

} // namespace gatehouse::authorization
