// The columns of a person, in the order in which they are read.
#pragma once

#include "domain/users.h"
#include "storage/sql/join.h"
#include "storage/sql/rows.h"

namespace gatehouse::sql {

inline constexpr Text user_columns
    = "u.id, u.organization_id, u.email, u.email_verified, u.mailbox_proven_at, u.self_registered, "
      "u.pending_email, u.name, u.first_name, u.last_name, u.profile_picture, u.role, u.status, "
      "u.password_hash, u.password_scheme, u.session_version, u.two_factor_enabled, "
      "u.last_login_at, u.created_at, u.updated_at, u.deleted_at, u.custom_role_id";
inline constexpr std::size_t user_width = 22;

// Reads a person whose columns begin at `from`.
domain::User read_user(Row const& row, std::size_t from = 0);

} // namespace gatehouse::sql
