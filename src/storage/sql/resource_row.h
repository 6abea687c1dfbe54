// The columns of a resource and of an assignment, in the order in which they are read.
#pragma once

#include "domain/resources.h"
#include "storage/sql/join.h"
#include "storage/sql/rows.h"

namespace gatehouse::sql {

inline constexpr Text resource_columns
    = "id, organization_id, type, name, CAST(data AS text), created_by, created_at, updated_at";
domain::Resource read_resource(Row const& row);

inline constexpr Text assignment_columns
    = "id, organization_id, resource_type, resource_id, user_id, assigned_by, "
      "created_at";
domain::Assignment read_assignment(Row const& row);

} // namespace gatehouse::sql
