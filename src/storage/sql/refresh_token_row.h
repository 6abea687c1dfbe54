// The columns of a refresh token, in the order in which they are read.
#pragma once

#include "domain/refresh_tokens.h"
#include "storage/sql/join.h"
#include "storage/sql/rows.h"

namespace gatehouse::sql {

inline constexpr Text refresh_token_columns
    = "t.id, t.organization_id, t.user_id, t.session_id, t.token_hash, t.family_id, t.parent_id, "
      "t.replaced_by_token_id, t.device_fingerprint, t.issued_at, t.expires_at, t.is_revoked, "
      "t.revoked_at, t.revoke_reason, t.suspicious_reuse_at, t.successor_sealed";

// Reads a refresh token whose columns begin at `from`.
domain::RefreshToken read_refresh_token(Row const& row, std::size_t from = 0);

} // namespace gatehouse::sql
