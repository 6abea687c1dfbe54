// The columns of a refresh token, in the order in which they are read.
#pragma once

#include "domain/refresh_tokens.h"
#include "storage/sql/join.h"
#include "storage/sql/rows.h"

namespace gatehouse::sql {

inline constexpr Text refresh_token_columns
    = "id, organization_id, user_id, session_id, token_hash, family_id, parent_id, "
      "replaced_by_token_id, device_fingerprint, issued_at, expires_at, is_revoked, revoked_at, "
      "revoke_reason, suspicious_reuse_at, successor_sealed";

domain::RefreshToken read_refresh_token(Row const& row);

} // namespace gatehouse::sql
