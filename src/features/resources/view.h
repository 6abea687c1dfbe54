// Resources as JSON, and the same for the API's description: members follow from the declaration.
#pragma once

#include "domain/resources.h"
#include "http/paging.h"
#include "policy/resource_types.h"

#include <cstdint>
#include <string>
#include <vector>

namespace gatehouse::resources {

std::string view_of(domain::Resource const& resource, policy::ResourceType const& type);
std::string
list_of(std::vector<domain::Resource> const& resources, policy::ResourceType const& type);
std::string page_of(
    std::vector<domain::Resource> const& resources,
    policy::ResourceType const& type,
    http::Paging const& paging,
    std::int64_t total
);

// JSON Schema 2020-12, as text.
std::string schema_of_view(policy::ResourceType const& type);
std::string schema_of_list(policy::ResourceType const& type); // plain or a page
std::string schema_of_creation(policy::ResourceType const& type);
std::string schema_of_change(policy::ResourceType const& type);

} // namespace gatehouse::resources
