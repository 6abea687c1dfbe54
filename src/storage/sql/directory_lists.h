// Lists across organizations, in the order of ids.
#pragma once

#include "core/async.h"
#include "domain/organizations.h"
#include "domain/users.h"
#include "storage/sql/connection.h"

#include <cstdint>
#include <optional>
#include <vector>

namespace gatehouse::sql {

Async<std::vector<domain::Organization>>
list_organizations(Connection& connection, domain::OrganizationId after, std::int64_t limit);

// Live people, of one organization or of all.
Async<std::vector<domain::User>> list_people(
    Connection& connection,
    std::optional<domain::OrganizationId> in,
    domain::UserId after,
    std::int64_t limit
);

} // namespace gatehouse::sql
