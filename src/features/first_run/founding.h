// The printed link: offered by who starts the server, and what it makes.
#pragma once

#include "core/async.h"
#include "core/secret.h"
#include "domain/organizations.h"
#include "domain/request_facts.h"
#include "domain/services.h"
#include "domain/users.h"
#include "features/first_run/rules.h"

#include <optional>

namespace gatehouse::first_run {

constexpr Duration link_life = 1h; // another start prints another

struct Founders {
    domain::Organization organization;
    domain::User owner;
};

// The token of a new link; nothing where there is an organization. The one before opens nothing
// any more.
Async<std::optional<SecretString>> offer(domain::Services& services, Instant now);

// Throws Refusal: 404 for a token that was not printed last, 410 where it is worth nothing more.
Async<void> require_open(domain::Services& services, SecretString const& token, Instant now);

// The first organization, and its owner, whose address the operator vouches for.
Async<Founders> found(domain::Services& services, domain::RequestFacts facts, Founding wanted);

} // namespace gatehouse::first_run
