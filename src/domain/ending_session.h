// Ending one session: its row, its refresh tokens and the ledger, together.
#pragma once

#include "core/async.h"
#include "domain/caller.h"
#include "domain/request_facts.h"
#include "domain/storage.h"

namespace gatehouse::domain {

// Logs the session out in `work`. False, and nothing written, if it was not live any more.
Async<bool> log_out(UnitOfWork& work, RequestFacts const& facts, Caller const& caller);

} // namespace gatehouse::domain
