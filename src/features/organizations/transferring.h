// Giving an organization away.
#pragma once

#include "core/async.h"
#include "domain/actor.h"
#include "domain/organizations.h"
#include "domain/request_facts.h"
#include "domain/services.h"

namespace gatehouse::organizations {

// The caller, an owner, becomes an admin of their own organization, and `heir` its owner. Throws
// Refusal: 403 where the caller is no owner (any more), 400 for oneself and for somebody who cannot
// sign in.
Async<domain::Organization> transfer(
    domain::Services& services,
    domain::RequestFacts const& facts,
    domain::Actor actor,
    domain::UserId heir
);

} // namespace gatehouse::organizations
