// How people and organizations come to be there: the rows, and what the ledger says of them.
#pragma once

#include "core/async.h"
#include "domain/actor.h"
#include "domain/organizations.h"
#include "domain/request_facts.h"
#include "domain/storage.h"

namespace gatehouse::domain {

// Under the lock on the address, in an organization that is held or made in this unit. Throws
// Refusal: 409 where a live person of the organization has the address.
Async<void> add_person(UnitOfWork& work, RequestFacts const& facts, Actor actor, User person);

// The row of an organization that was made or named in this unit.
Async<void> record_organization(
    UnitOfWork& work,
    RequestFacts const& facts,
    Actor actor,
    OrganizationId organization,
    bool was_personal
);

} // namespace gatehouse::domain
