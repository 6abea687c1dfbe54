// Ending one session: its row, its refresh tokens and the ledger, together.
#pragma once

#include "core/async.h"
#include "domain/caller.h"
#include "domain/refresh_tokens.h"
#include "domain/request_facts.h"
#include "domain/storage.h"

#include <optional>

namespace gatehouse::domain {

// Logs the session out in `work`. False, and nothing written, if it was not live any more.
Async<bool> log_out(UnitOfWork& work, RequestFacts const& facts, Caller const& caller);

// Ends every live session of the person but `kept`, and all their refresh tokens, in the order of
// rows that holds everywhere (sessions, refresh tokens, one-time tokens, the user), so that nobody
// waits for somebody who waits for them.
Async<void> end_sessions(
    UnitOfWork& work,
    User const& person,
    std::optional<SessionId> kept,
    SessionEnd why,
    RefreshEnd refresh_why,
    Instant now
);

} // namespace gatehouse::domain
