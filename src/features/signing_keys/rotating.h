// The steps that an operator takes with signing keys, each whole or not at all, with its ledger
// row.
#pragma once

#include "core/async.h"
#include "core/random.h"
#include "crypto/seal.h"
#include "domain/request_facts.h"
#include "domain/storage.h"
#include "features/signing_keys/rules.h"
#include "protocols/jose/algorithms.h"

#include <string>
#include <vector>

namespace gatehouse::signing_keys {

// Who turns the keys, and with what. Times are the database's: what was published on one machine
// must not sign too early because the clock of another is ahead.
struct Turning {
    domain::Storage& storage;
    crypto::KeyEncryptionKey const& key;
    Random& random;
    jose::Algorithm algorithm; // of a key that has to be made
    domain::RequestFacts facts; // its time stamps the ledger row alone
};

struct Taken {
    std::string step; // published, signing or removed
    std::string kid; // of the key that took it
    std::vector<domain::SigningKey> keys; // as they are then, but the removed ones
};

// The next safe step, or a thrown Refusal that says from when it is safe. Throws runtime_error
// where this key-encryption key is not the one of the nodes: they could not sign any more.
Async<Taken> rotate(Turning turning);

// Throws a Refusal unless nothing that the key signed can be good any more.
Async<Taken> remove(Turning turning, std::string kid);

// At once, whatever its state: its tokens end. Where it signed, the published key or else a new one
// signs from now on, although others may not have seen it yet.
Async<Taken> remove_compromised(Turning turning, std::string kid);

Async<std::vector<domain::SigningKey>> keys_of(domain::Storage& storage);

} // namespace gatehouse::signing_keys
