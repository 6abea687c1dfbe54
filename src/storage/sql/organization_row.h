// The columns of an organization, in the order in which they are read.
#pragma once

#include "domain/organizations.h"
#include "storage/sql/join.h"
#include "storage/sql/rows.h"

namespace gatehouse::sql {

inline constexpr Text organization_columns
    = "id, name, kind, owner_id, industry, size, created_at, updated_at";

domain::Organization read_organization(Row const& row);

} // namespace gatehouse::sql
