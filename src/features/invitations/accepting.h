// Using the mailed link: seeing the offer, and taking it.
#pragma once

#include "core/async.h"
#include "core/secret.h"
#include "domain/request_facts.h"
#include "domain/services.h"
#include "features/invitations/messages.h"

#include <optional>
#include <string>

namespace gatehouse::invitations {

struct NewMember { // a request to accept, checked
    SecretString token;
    SecretString password;
    std::optional<std::string> first_name;
    std::optional<std::string> last_name;
};

// Both throw Refusal: 404 for an unknown token, 410 for one that was used, revoked or has expired.
Async<Offer> offer_behind(domain::Services& services, SecretString token, Instant now);
Async<domain::User>
accept(domain::Services& services, domain::RequestFacts facts, NewMember wanted);

} // namespace gatehouse::invitations
