// Rows that a stub stands for and that are not gone yet.
#pragma once

#include "core/async.h"
#include "domain/prunings.h"
#include "domain/storage.h"
#include "sealing/chain_check.h"

namespace gatehouse::sealing {

// Removing takes the oldest first, so that what is left is the end of the chain that the stub was
// signed for, and leads to its hash: anything else there was put in, changed or taken away past the
// server. What goes meanwhile is no finding.
Async<Found> check_left_rows(domain::Storage& storage, domain::Pruning stub, int rows_at_once);

} // namespace gatehouse::sealing
