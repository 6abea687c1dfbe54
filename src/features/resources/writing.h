// Creating, changing and deleting a resource.
#pragma once

#include "domain/caller.h"
#include "domain/request_facts.h"
#include "domain/resources.h"
#include "domain/services.h"
#include "features/resources/rules.h"

#include <string>

namespace gatehouse::resources {

// Whoever creates one is its first assignee (spec/permissions §2). Throws Refusal.
Async<domain::Resource> create(
    domain::Services& services,
    domain::RequestFacts facts,
    domain::Caller const& caller,
    std::string type,
    NewResource wanted
);

// Both judge once more, in the unit of work that writes, whether the caller may. Throw Refusal.
Async<domain::Resource> change(
    domain::Services& services,
    domain::RequestFacts facts,
    domain::Caller const& caller,
    std::string type,
    domain::ResourceId id,
    domain::ResourceChange wanted
);
Async<void> remove(
    domain::Services& services,
    domain::RequestFacts facts,
    domain::Caller const& caller,
    std::string type,
    domain::ResourceId id
);

} // namespace gatehouse::resources
