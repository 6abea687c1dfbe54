// Which piece of a chain a segment is, and the stub that stands before it.
#pragma once

#include "core/async.h"
#include "core/time.h"
#include "domain/prunings.h"
#include "domain/storage.h"
#include "sealing/lines.h"

#include <optional>

namespace gatehouse::sealing {

struct SegmentRange {
    Proof proof; // without its counts
    std::optional<domain::Pruning> stub; // where rows before were pruned
};

// The whole batches with a row of from ≤ created_at < to. Throws std::runtime_error where the chain
// has a gap.
Async<SegmentRange> begin_segment(
    domain::Storage& storage, domain::OrganizationId organization, Instant from, Instant to
);

} // namespace gatehouse::sealing
