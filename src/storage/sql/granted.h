// What people hold beside their built-in roles, as one column of a statement about them.
#pragma once

#include "policy/policy.h"
#include "storage/sql/join.h"

#include <string_view>
#include <vector>

namespace gatehouse::sql {

// Of the person `u`: the letter of the cell and the id of each permission, with blanks between.
inline constexpr Text granted_head = "(SELECT ";
inline constexpr Text granted_tail
    = "(h.cell || h.permission_id, ' ') FROM (SELECT p.cell, p.permission_id "
      "FROM custom_role_permissions p WHERE p.organization_id = u.organization_id "
      "AND p.role_id = u.custom_role_id UNION ALL SELECT g.cell, g.permission_id "
      "FROM user_permissions g WHERE g.organization_id = u.organization_id "
      "AND g.user_id = u.id) h)";
inline constexpr Text postgres_gathers = "string_agg";
inline constexpr Text sqlite_gathers = "group_concat";

std::vector<policy::Granted> read_granted(std::string_view column);

} // namespace gatehouse::sql
