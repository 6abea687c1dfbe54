// How organizations come into being (decisions D-13).
#pragma once

#include "core/async.h"
#include "domain/actor.h"
#include "domain/organizations.h"
#include "domain/request_facts.h"
#include "domain/services.h"

namespace gatehouse::organizations {

// The owner of a still unnamed personal organization names that one; the owner of a named one gets
// a new organization and a row in it; the provisioner gets one without people.
Async<domain::Organization> create(
    domain::Services& services,
    domain::RequestFacts facts,
    domain::Actor actor,
    domain::Organization wanted
);

} // namespace gatehouse::organizations
