// The kinds of id; any text is a legal, perhaps unknown, id (decisions D-6).
#pragma once

#include "core/strong_text.h"

namespace gatehouse::domain {

using UserId = StrongText<struct UserIdTag>;
using OrganizationId = StrongText<struct OrganizationIdTag>;
using SessionId = StrongText<struct SessionIdTag>;
using RefreshTokenId = StrongText<struct RefreshTokenIdTag>;
using OneTimeTokenId = StrongText<struct OneTimeTokenIdTag>;
using InvitationId = StrongText<struct InvitationIdTag>;
using CustomRoleId = StrongText<struct CustomRoleIdTag>;
using ResourceId = StrongText<struct ResourceIdTag>;
using StepUpId = StrongText<struct StepUpIdTag>;
using AssignmentId = StrongText<struct AssignmentIdTag>;
using IpRuleId = StrongText<struct IpRuleIdTag>;
using TokenDigest = StrongText<struct TokenDigestTag>; // lower-case hex SHA-256 of a token

} // namespace gatehouse::domain
