// Creating, changing and deleting a resource, whatever routes it has.
#pragma once

#include "domain/caller.h"
#include "domain/request_facts.h"
#include "domain/resources.h"
#include "domain/services.h"

#include <functional>
#include <string>

namespace gatehouse::domain {

struct NewResource {
    std::string name;
    json::Object attributes;
};

// Whoever creates one is its first assignee (spec/permissions §2). Throws Refusal.
Async<Resource> create_resource(
    Services& services,
    RequestFacts facts,
    Caller const& caller,
    std::string type,
    NewResource wanted
);

// Throws Refusal where the row, held until it is changed, is not what the client has seen.
using Expected = std::function<void(Resource const& present)>;

// Both judge once more, in the unit of work that writes, whether the caller may. Throw Refusal.
Async<Resource> change_resource(
    Services& services,
    RequestFacts facts,
    Caller const& caller,
    std::string type,
    ResourceId id,
    ResourceChange wanted,
    Expected expected = {} // empty: whatever it is
);
Async<void> remove_resource(
    Services& services, RequestFacts facts, Caller const& caller, std::string type, ResourceId id
);

} // namespace gatehouse::domain
