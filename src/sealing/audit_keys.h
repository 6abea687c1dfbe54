// The keys that sign checkpoints and manifests, apart from those of tokens; and whom a verifier
// believes.
#pragma once

#include "core/async.h"
#include "core/random.h"
#include "core/time.h"
#include "crypto/seal.h"
#include "crypto/signing.h"
#include "domain/ledger.h"
#include "domain/ledger_chain.h"
#include "domain/storage.h"

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

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

// The one that signs by now, asked in this unit of work: `known`, where it still is that one.
Async<std::shared_ptr<Signer const>> signer_now(
    domain::UnitOfWork& work,
    crypto::KeyEncryptionKey const& key,
    std::shared_ptr<Signer const> known
);

// A new key takes the place of the one that signs: both sign the change, `entry` tells of it in the
// ledger, and the old one goes on to be known. Its kid. Throws std::runtime_error where the old one
// does not open, or somebody was faster.
Async<std::string> rotate_signer(
    domain::Storage& storage,
    crypto::KeyEncryptionKey const& key,
    Random& random,
    Instant now,
    domain::LedgerEntry entry
);

struct ShownKey {
    std::string kid;
    std::string public_key; // 32 bytes
    std::optional<domain::KeyChange> change = {}; // how it came
};
using ShownKeys = std::vector<ShownKey>;

// `kid` and those that changes join to it, each signed by the key before and the key behind it:
// whoever knows one of them knows them all.
std::set<std::string> joined_to(std::string const& kid, ShownKeys const& keys);

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
// writes tables cannot add one. With `kid` that one, and those that are joined to it.
Async<KnownKeys> keys_of(
    domain::Storage& storage, crypto::KeyEncryptionKey const* key, std::optional<std::string> kid
);

Async<ShownKeys> shown_keys(domain::Storage& storage, crypto::KeyEncryptionKey const& key);

} // namespace gatehouse::sealing
