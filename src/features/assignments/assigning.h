// Giving and taking assignments.
#pragma once

#include "domain/caller.h"
#include "domain/request_facts.h"
#include "domain/resources.h"
#include "domain/services.h"

namespace gatehouse::assignments {

// Where the resource and the person are, as far as they are named. Throws Refusal: 404 where one of
// them is nowhere, 403 where it is somebody else's.
Async<void> require_reach(
    domain::UnitOfWork& work,
    domain::Caller const& caller,
    domain::ResourceId resource,
    domain::UserId person
);

// Throws Refusal: as above.
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
