// Opaque tokens: shown once, kept only as a digest.
#pragma once

#include "core/random.h"
#include "core/secret.h"
#include "domain/ids.h"

namespace gatehouse::domain {

struct OpaqueToken {
    SecretString text;
    TokenDigest digest;
};

// 48 random bytes as base64url (api §2).
OpaqueToken mint_opaque_token(Random& random);

// The digest under which a presented token would be stored. Constant work; any text is legal.
TokenDigest digest_of(SecretString const& presented);

} // namespace gatehouse::domain
