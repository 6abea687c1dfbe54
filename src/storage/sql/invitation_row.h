// The columns of an invitation, in the order in which they are read.
#pragma once

#include "domain/invitations.h"
#include "storage/sql/join.h"
#include "storage/sql/rows.h"

namespace gatehouse::sql {

inline constexpr Text invitation_columns
    = "id, organization_id, email, role, token_hash, invited_by, created_at, expires_at, "
      "accepted_at, revoked_at";

domain::Invitation read_invitation(Row const& row);

} // namespace gatehouse::sql
