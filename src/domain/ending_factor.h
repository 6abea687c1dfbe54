// Taking a second factor away, with the sign-ins that wait for it.
#pragma once

#include "core/async.h"
#include "core/time.h"
#include "domain/storage.h"
#include "domain/users.h"

namespace gatehouse::domain {

// Sign-ins that wait for a code began under other conditions: they begin anew. Sessions stay.
Async<void> void_pending_logins(UnitOfWork& work, User person, Instant now);

// Secret and codes, whether they count already or wait for their first right code. False: there
// was nothing to take away. Under the lock on the address; the ledger row is the caller's.
Async<bool> end_second_factor(UnitOfWork& work, User person, Instant now);

} // namespace gatehouse::domain
