// Rings out of stored rows; each key is taken out of its row, and unsealed, once.
#pragma once

#include "core/secret.h"
#include "crypto/seal.h"
#include "domain/signing_keys.h"
#include "features/signing_keys/key_ring.h"

#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace gatehouse::signing_keys {

using Ring = std::shared_ptr<KeyRing const>;

// From any thread.
class RingBuilder {
public:
    RingBuilder(
        std::string public_url,
        std::optional<SecretString> const& jwt_secret,
        crypto::KeyEncryptionKey const& key
    );

    // `known` itself where it was made of the same rows. Throws where a public part is no key; a
    // private one that does not open is the problem of the ring, which still verifies.
    Ring ring_of(std::vector<domain::SigningKey> const& stored, Ring const& known);
    // A key that signs no more leaves its private part behind.
    void forget_all_but(std::vector<domain::SigningKey> const& stored);

private:
    struct Opened {
        jose::PublicKey shown;
        std::shared_ptr<jose::KeyPair const> pair; // null where only others verify with it
        std::string problem;
    };
    Opened opened_once(domain::SigningKey const& stored);

    std::string public_url_;
    std::optional<SecretString> jwt_secret_;
    crypto::KeyEncryptionKey const& key_;
    std::mutex mutex_;
    std::map<std::string, Opened> opened_; // by kid, and whether it signs or verifies
};

} // namespace gatehouse::signing_keys
