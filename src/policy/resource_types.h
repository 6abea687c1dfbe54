// Reading resource-types.toml: what kinds of thing a product has, and what touching them asks for.
#pragma once

#include "policy/attributes.h"
#include "policy/permission.h"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace gatehouse::policy {

// A permission as the file names it, until the matrix has said which one it is.
struct NamedPermission {
    std::string id;
    std::size_t line = 0;
    Permission permission{};

    bool operator==(NamedPermission const& other) const { return id == other.id; }
};

struct ResourceType {
    std::string name; // `client`: in the database, in assignments and in decisions
    std::string collection; // `clients`: /api/clients
    NamedPermission view;
    NamedPermission create;
    NamedPermission edit;
    std::optional<NamedPermission> edit_assigned = {}; // beside `edit`, which says "any"
    NamedPermission remove;
    bool general = true; // served by the general routes; false: the server has its own for it
    std::vector<Attribute> attributes = {};
    std::size_t line = 0;

    Attribute const* attribute(std::string_view named) const;
    bool means_the_same_as(ResourceType const& other) const;
};

// Throws PolicyError. The permissions are names still.
std::vector<ResourceType> read_resource_types(std::string const& text);

} // namespace gatehouse::policy
