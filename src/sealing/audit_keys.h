// The keys that sign checkpoints and manifests, apart from those of tokens; and whom a verifier
// believes.
#pragma once

#include "core/async.h"
#include "core/random.h"
#include "core/time.h"
#include "crypto/seal.h"
#include "crypto/signing.h"
#include "domain/storage.h"

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace gatehouse::sealing {

struct Signer {
    std::string kid;
    crypto::Ed25519KeyPair pair;
};

// The key that signs; where there is none yet, one is made. Several nodes may begin at once: all
// end with the same. Throws std::runtime_error where it does not open under this key.
Async<std::shared_ptr<Signer const>> take_up_signer(
    domain::Storage& storage, crypto::KeyEncryptionKey const& key, Random& random, Instant now
);

// The same where there must be one: a bundle is never the first thing that is signed.
Async<std::shared_ptr<Signer const>>
signer_of(domain::Storage& storage, crypto::KeyEncryptionKey const& key);

// Public keys by kid.
class KnownKeys {
public:
    // `false` where it is no key, or not the one that its name says.
    bool add(std::string const& kid, std::string public_key);
    crypto::Ed25519PublicKey const* find(std::string const& kid) const;
    std::map<std::string, crypto::Ed25519PublicKey> const& all() const { return keys_; }

private:
    std::map<std::string, crypto::Ed25519PublicKey> keys_;
};

// The keys of the database. With `key` those alone whose private part opens under it: whoever only
// writes tables cannot add one. With `kid` that one alone.
Async<KnownKeys> keys_of(
    domain::Storage& storage, crypto::KeyEncryptionKey const* key, std::optional<std::string> kid
);

} // namespace gatehouse::sealing
