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

// Throws Refusal where the organization has as many as it may; counted by one request at a time.
using RequireRoom = Async<void> (*)(Services&, UnitOfWork&, OrganizationId);

// Whoever creates one is its first assignee (spec/permissions §2). Throws Refusal.
Async<Resource> create_resource(
    Services& services,
    RequestFacts facts,
    Caller const& caller,
    std::string type,
    NewResource wanted,
    RequireRoom require_room = nullptr
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
