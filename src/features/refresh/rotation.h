// Using a refresh token once, and ending its family when it is used twice.
#pragma once

#include "core/async.h"
#include "core/secret.h"
#include "domain/opaque_token.h"
#include "domain/opening_session.h"
#include "domain/refresh_tokens.h"
#include "domain/request_facts.h"
#include "domain/services.h"

namespace gatehouse::refresh {

struct Rotated {
    domain::Session session;
    domain::MintedTokens minted;
    SecretString refresh_token;
};

// A token that was rotated just now gives its successor again to the same device (retrying.h).
// Throws the refusal after what it entails is committed. A failed refresh never ends a good
// session.
Async<Rotated> rotate(
    domain::Services& services,
    domain::RequestFacts facts,
    SecretString presented,
    std::optional<std::string> fingerprint
);

} // namespace gatehouse::refresh
