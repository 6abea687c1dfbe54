// What questions about somebody's rights rest on, beside the person.
#pragma once

#include "core/async.h"
#include "domain/directory.h"
#include "storage/sql/connection.h"

#include <optional>

namespace gatehouse::sql {

Async<std::optional<domain::OrganizationId>>
find_home_of(Connection& connection, domain::CustomRoleId role);

Async<std::optional<domain::ResourceFacts>> find_resource_facts(
    Connection& connection,
    domain::OrganizationId organization,
    domain::ResourceId resource,
    domain::UserId user
);

} // namespace gatehouse::sql
