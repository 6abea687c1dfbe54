// What must hold before a stub is signed: the rows themselves are looked at, with their hashes and
// the signatures over them, and not what the tables say of them.
#pragma once

#include "core/async.h"
#include "core/time.h"
#include "domain/prunings.h"
#include "domain/storage.h"
#include "sealing/audit_keys.h"
#include "sealing/chain_check.h"

#include <optional>
#include <string>

namespace gatehouse::sealing {

struct OldRows {
    Found found; // why they stay
    std::string newest; // the latest moment of one of them
};

// The rows behind `stub` (none: from the beginning) up to `range`: that they are what was sealed,
// and that none is from `before` or later. Whoever writes tables moves a checkpoint's dates, not
// those of a row.
Async<OldRows> look_at_old_rows(
    domain::Storage& storage,
    KnownKeys const& keys,
    domain::OrganizationId organization,
    std::optional<domain::Pruning> stub,
    domain::Prunable range,
    Instant before
);

} // namespace gatehouse::sealing
