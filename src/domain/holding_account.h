// Somebody's own account, held while something about its factors is decided.
#pragma once

#include "core/async.h"
#include "domain/caller.h"
#include "domain/services.h"
#include "domain/storage.h"

#include <memory>

namespace gatehouse::domain {

struct HeldAccount {
    std::unique_ptr<UnitOfWork> work; // holds the lock on the address
    User user; // as stored under it
    Instant now; // when it was taken: what was held back counts when it is judged
};

// The lock on the caller's address, and who acts as they are under it: whoever waited may have been
// signed out, suspended or moved meanwhile. Throws Refusal, 401.
Async<HeldAccount> hold_account(Services& services, Caller const& caller);

} // namespace gatehouse::domain
