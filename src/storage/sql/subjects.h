// What a decision about a person rests on, read in one statement.
#pragma once

#include "core/async.h"
#include "domain/subject.h"
#include "storage/sql/connection.h"

#include <cstdint>
#include <optional>
#include <vector>

namespace gatehouse::sql {

// Live people alone.
Async<std::optional<domain::Subject>>
find_subject(Connection& connection, domain::OrganizationId organization, domain::UserId user);
Async<std::optional<domain::Subject>>
find_subject_anywhere(Connection& connection, domain::UserId user);

// Those who hold a custom role, in the order of their ids.
Async<std::vector<domain::Subject>> subjects_holding(
    Connection& connection,
    domain::OrganizationId organization,
    domain::CustomRoleId role,
    std::int64_t limit
);

} // namespace gatehouse::sql
