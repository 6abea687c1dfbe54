// An administrator adds a person.
#pragma once

#include "core/async.h"
#include "domain/request_facts.h"
#include "domain/services.h"
#include "features/people/rules.h"

namespace gatehouse::people {

// The row of a new person, with a fresh id and still without a password.
domain::User person_of(Random& random, NewPerson const& wanted, Instant now);

// Counts as verified: an administrator vouches (decisions D-12). Throws Refusal: 409 where a live
// person of the organization has the address.
Async<domain::User> create(
    domain::Services& services, domain::RequestFacts facts, domain::Actor actor, NewPerson wanted
);

} // namespace gatehouse::people
