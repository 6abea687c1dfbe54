// The columns of a session, in the order in which they are read.
#pragma once

#include "domain/sessions.h"
#include "storage/sql/join.h"
#include "storage/sql/rows.h"

namespace gatehouse::sql {

inline constexpr Text session_columns
    = "s.id, s.organization_id, s.user_id, s.session_version, s.surface, s.ip_address, "
      "s.user_agent, s.device_fingerprint, s.device_id, s.device_name, s.country, s.city, "
      "s.auth_methods, s.remember_me, s.created_at, s.last_seen_at, s.expires_at, "
      "s.absolute_expires_at, s.logged_out_at, s.revoked_at, s.device_classes, "
      "s.impersonated_by, s.impersonated_from, s.impersonation_reason";
inline constexpr std::size_t session_width = 24;

// Reads a session whose columns begin at `from`.
domain::Session read_session(Row const& row, std::size_t from = 0);

} // namespace gatehouse::sql
