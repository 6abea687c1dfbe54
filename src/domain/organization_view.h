// An organization as answers show it.
#pragma once

#include "domain/organizations.h"

#include <boost/describe/class.hpp>

#include <optional>
#include <string>

namespace gatehouse::domain {

struct OrganizationView { // api §4 `organization`
    std::string id;
    std::string name;
    std::optional<std::string> industry;
    std::optional<std::string> size;
    std::string kind;
    std::optional<std::string> owner_id;
    Instant created_at;
    Instant updated_at;
};
BOOST_DESCRIBE_STRUCT(
    OrganizationView, (), (id, name, industry, size, kind, owner_id, created_at, updated_at)
)

OrganizationView organization_view_of(Organization const& organization);

} // namespace gatehouse::domain
