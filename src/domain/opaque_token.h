// Opaque tokens: shown once, kept only as a digest.
#pragma once

#include "core/random.h"
#include "core/secret.h"
#include "domain/ids.h"
#include "domain/settings.h"

#include <string>

namespace gatehouse::domain {

struct OpaqueToken {
    SecretString text;
    TokenDigest digest;
};

// 48 random bytes as base64url (api §2).
OpaqueToken mint_opaque_token(Random& random);

// The digest under which a presented token would be stored. Constant work; any text is legal.
TokenDigest digest_of(SecretString const& presented);

// What users.reset_token mirrors: the digest, or with storage `column` (test only) the usable text
// (spec/database 3.6).
std::string shown_or_digest(Settings const& settings, OpaqueToken const& token);
std::string shown_or_digest(Settings const& settings, SecretString const& presented);

} // namespace gatehouse::domain
