// Whether somebody may touch one resource: where, what, which (spec/permissions §2, §3).
#pragma once

#include "core/async.h"
#include "domain/access.h"
#include "domain/resources.h"
#include "domain/storage.h"

#include <string>

namespace gatehouse::domain {

enum class ResourceStep { view, create, edit, remove };

// The permission that a step asks for, and the second one that admits to it too.
struct Needed {
    Permission permission;
    std::optional<Permission> otherwise = {};
};
Needed needed_for(policy::ResourceType const& type, ResourceStep step);

// The type under the policy of this request. Throws std::logic_error for one without routes.
policy::ResourceType const& type_named(Caller const& caller, std::string_view type);

// For steps without a row. Throws Refusal, 403 that names the permission; else the cell: with
// `assigned` the list holds what is assigned and nothing else.
Cell require_step(Caller const& caller, std::string_view type, ResourceStep step);

// The row. Throws Refusal: 404 where there is none of this type, 403 where it is another
// organization's, and the same 403 where it is not assigned: the answer does not tell the two
// apart.
Async<Resource> resource_in_reach(
    UnitOfWork& work, Caller const& caller, std::string type, ResourceId id, ResourceStep step
);

} // namespace gatehouse::domain
