// Changing names and the address of a person.
#pragma once

#include "core/async.h"
#include "domain/request_facts.h"
#include "domain/services.h"
#include "features/people/rules.h"

#include <optional>
#include <string>

namespace gatehouse::people {

// A new address counts at once, and the old one is told; the own address of somebody who registered
// themselves waits until its mailed link is opened. Throws Refusal: 409 where a live user of any
// organization has it (decisions D-10), 429 where too many
// mails about new addresses left lately for the person or to the address.
Async<domain::User> change(
    domain::Services& services,
    domain::RequestFacts facts,
    domain::Actor actor,
    domain::User person,
    domain::ProfileChange change,
    std::optional<std::string> address
);

} // namespace gatehouse::people
