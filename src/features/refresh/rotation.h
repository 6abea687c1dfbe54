// Using a refresh token up, and what follows when it was used before or from too unusual a place.
#pragma once

#include "core/async.h"
#include "core/secret.h"
#include "domain/directory.h"
#include "domain/opening_session.h"
#include "domain/request_facts.h"
#include "domain/risk_check.h"
#include "domain/services.h"
#include "domain/step_up.h"

#include <variant>

namespace gatehouse::refresh {

struct Rotated {
    domain::Session session;
    domain::MintedTokens minted;
    SecretString refresh_token; // the successor
};

// Rotated all the same, so that the client is left with something (decisions D-55); the rest waits
// for the code.
struct Unusual {
    domain::SessionFacts whose;
    SecretString refresh_token; // the successor
    domain::StepUpOffer offer;
    domain::RiskRecord risk;
};
using Ended = std::variant<Rotated, Unusual>;

// A token that was rotated just now gives its successor again to the same device, and what was
// decided then is decided again (retrying.h).
// Throws the refusal after its rows are committed: token_expired, invalid_token, what the session
// is refused for, and force_logout for a token that was revoked, for the reuse of one that was
// rotated (the whole family ends), and for a refresh that is too unusual.
Async<Ended> rotate(
    domain::Services& services,
    domain::RequestFacts facts,
    SecretString presented,
    domain::Device device
);

} // namespace gatehouse::refresh
