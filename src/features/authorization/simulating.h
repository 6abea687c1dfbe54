// What a change of roles would do, without saving it.
#pragma once

#include "domain/role_impact.h"
#include "features/authorization/messages.h"
#include "http/context.h"

namespace gatehouse::authorization {

// Judged as the change itself would be: throws Refusal, 400, 403, 404 and 409.
Async<domain::RoleImpact> simulate(http::Context const& context, ProposedChange change);

} // namespace gatehouse::authorization
