// The key-encryption key: configured, or made and kept by development itself.
#pragma once

#include "app/config.h"
#include "core/random.h"
#include "crypto/seal.h"

namespace gatehouse::app {

// Throws BadConfiguration: not 32 bytes of base64, all zero in production, or a key file that
// others may read.
crypto::KeyEncryptionKey
load_key_encryption_key(Configuration const& configuration, Random& random);

} // namespace gatehouse::app
