// How long a session lives where its organization wants it shorter.
#pragma once

#include "core/time.h"
#include "domain/security_rules.h"
#include "domain/sessions.h"

namespace gatehouse::domain {

// Neither end comes later than the policy says; false where that changes nothing.
bool limit_life(Session& session, SecurityPolicy const& policy, Instant now);

} // namespace gatehouse::domain
