// The signing keys in use: read from the database at start, made there if there are none.
#pragma once

#include "core/async.h"
#include "core/random.h"
#include "core/time.h"
#include "crypto/seal.h"
#include "domain/storage.h"
#include "protocols/jose/key_pairs.h"

#include <string>
#include <vector>

namespace gatehouse::signing_keys {

struct KeyRing {
    std::string signing_kid;
    jose::KeyPair signing;
    std::vector<jose::PublicKey> published; // the signing one too
};

// Several nodes may start at once on an empty database: all end with the same key, one of
// `algorithm`. Throws std::runtime_error when a stored key does not open under the key-encryption
// key.
Async<KeyRing> load_key_ring(
    domain::Storage& storage,
    crypto::KeyEncryptionKey const& key,
    Random& random,
    jose::Algorithm algorithm,
    Instant now
);

} // namespace gatehouse::signing_keys
