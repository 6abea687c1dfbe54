// Letting somebody try again at once.
#pragma once

#include "core/async.h"
#include "domain/storage.h"
#include "domain/users.h"

namespace gatehouse::domain {

// Takes away the failed tries of the address, whatever organization they named, and those of the
// person's second factors: the four buckets of behaviours §3. Holds the lock on the address, so
// that a try in flight is judged before or after, never half.
Async<void> unlock(UnitOfWork& work, User person);

} // namespace gatehouse::domain
