// Judging what a request says about a resource against the declaration of its type.
#pragma once

#include "domain/resource_writing.h"
#include "domain/resources.h"
#include "policy/resource_types.h"

#include <optional>
#include <string>

namespace gatehouse::resources {

// Members that the type does not declare are ignored (spec/api §1). Throws Refusal, 400.
domain::NewResource new_resource(policy::ResourceType const& type, json::Object const& members);
domain::ResourceChange
change_of(policy::ResourceType const& type, json::Object const& members); // throws Refusal

// The organization that a body names; nothing where it names none. Throws Refusal, 400.
std::optional<domain::OrganizationId> organization_in(json::Object const& members);

// Throws Refusal, 403: a resource never changes its organization (decisions D-79).
void require_same_place(json::Object const& members);

} // namespace gatehouse::resources
