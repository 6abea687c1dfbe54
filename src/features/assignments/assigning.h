// Giving and taking assignments.
#pragma once

#include "domain/caller.h"
#include "domain/request_facts.h"
#include "domain/resources.h"
#include "domain/services.h"

namespace gatehouse::assignments {

// Throws Refusal: 404 where resource or person are nowhere, 403 where they are somebody else's.
Async<domain::Assignments::Assigned> assign(
    domain::Services& services,
    domain::RequestFacts facts,
    domain::Caller const& caller,
    domain::Assignment wanted
);

Async<void> unassign(
    domain::Services& services,
    domain::RequestFacts facts,
    domain::Caller const& caller,
    domain::AssignmentId id
);

} // namespace gatehouse::assignments
