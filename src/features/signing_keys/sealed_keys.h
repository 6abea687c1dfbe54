// Keys between their rows and their use: minted and sealed, opened and shown.
#pragma once

#include "core/random.h"
#include "core/time.h"
#include "crypto/seal.h"
#include "domain/signing_keys.h"
#include "protocols/jose/key_pairs.h"

namespace gatehouse::signing_keys {

// A row to insert, of a key that nobody has seen yet.
domain::SigningKey minted(
    crypto::KeyEncryptionKey const& key,
    Random& random,
    jose::Algorithm algorithm,
    domain::KeyState state,
    Instant now
);

// Throws std::runtime_error where the private part does not open under this key-encryption key, or
// is not the one that the row names.
jose::KeyPair opened(domain::SigningKey const& stored, crypto::KeyEncryptionKey const& key);

// Throws std::runtime_error where the public part is no usable key, or not the one that it names.
jose::PublicKey shown(domain::SigningKey const& stored);

} // namespace gatehouse::signing_keys
