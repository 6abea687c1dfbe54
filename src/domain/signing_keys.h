// Signing keys as stored: the private part sealed under the key-encryption key.
#pragma once

#include "core/async.h"
#include "core/time.h"

#include <string>
#include <vector>

namespace gatehouse::domain {

struct SigningKey {
    std::string kid;
    std::string algorithm; // EdDSA
    std::string state; // published | signing | retiring | removed
    std::string public_jwk; // JSON text
    std::string private_sealed; // bytes
    Instant not_before;
};

class SigningKeys {
public:
    virtual ~SigningKeys() = default;
    virtual Async<std::vector<SigningKey>> all() = 0; // but the removed ones
    // Inserts the first signing key unless there is a signing key already.
    virtual Async<bool> insert_first(SigningKey key) = 0;
};

} // namespace gatehouse::domain
