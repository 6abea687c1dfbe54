// Judging what a request says about a resource against the declaration of its type.
#pragma once

#include "domain/resources.h"
#include "features/resources/messages.h"
#include "http/paging.h"
#include "policy/resource_types.h"

#include <optional>
#include <string>

namespace gatehouse::resources {

struct Wanted {
    domain::ResourceFilter filter;
    domain::ResourceWindow window;
    http::Paging paging;
};
Wanted understood(ListRequest const& request, std::string const& type); // throws Refusal

struct NewResource {
    std::string name;
    json::Object attributes;
};
// Members that the type does not declare are ignored (spec/api §1). Throws Refusal, 400.
NewResource new_resource(policy::ResourceType const& type, json::Object const& members);
domain::ResourceChange
change_of(policy::ResourceType const& type, json::Object const& members); // throws Refusal

// The organization that a body names; nothing where it names none. Throws Refusal, 400.
std::optional<domain::OrganizationId> organization_in(json::Object const& members);

// Throws Refusal, 403: a resource never changes its organization (decisions D-79).
void require_same_place(json::Object const& members);

} // namespace gatehouse::resources
