// Changing names and the address of a person.
#pragma once

#include "core/async.h"
#include "domain/request_facts.h"
#include "domain/services.h"
#include "features/people/rules.h"
#include "http/versions.h"

#include <optional>
#include <string>

namespace gatehouse::people {

struct Wanted {
    domain::ProfileChange change; // names alone
    std::optional<std::string> address = {};
    std::optional<http::IfMatch> expected = {};
};

// A new address counts at once, and the old one is told; the own address of somebody who registered
// themselves waits until its mailed link is opened. Throws Refusal: 409 where a live user of any
// organization has it (decisions D-10), 429 where too many
// mails about new addresses left lately for the person or to the address.
// 412 where the person is not the expected version any more.
Async<domain::User> change(
    domain::Services& services,
    domain::RequestFacts facts,
    domain::Actor actor,
    domain::User person,
    Wanted wanted
);

} // namespace gatehouse::people
