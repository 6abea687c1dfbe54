// Replacing a password with a mailed token.
#pragma once

#include "core/async.h"
#include "core/secret.h"
#include "domain/request_facts.h"
#include "domain/services.h"

namespace gatehouse::password_reset {

// The token stays usable when the new password is refused, and is spent by exactly one of several
// parallel uses. Ends every session of the person (decisions D-41, D-74).
Async<void> reset(
    domain::Services& services,
    domain::RequestFacts facts,
    SecretString token,
    SecretString new_password
);

} // namespace gatehouse::password_reset
