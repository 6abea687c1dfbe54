// Verifying the chains of a database while it is in use: what is added meanwhile is not looked at.
#pragma once

#include "domain/storage.h"
#include "sealing/chain_check.h"
#include "sealing/published.h"

#include <cstdint>

namespace gatehouse::sealing {

struct ChainReport {
    domain::OrganizationId organization_id;
    std::int64_t pruned = 0; // rows up to this one are gone, and a stub stands for them
    std::int64_t rows = 0; // that are sealed
    std::int64_t checkpoints = 0;
    std::int64_t unsealed = 0;
    std::int64_t sealed_late = 0; // rows that were sealed long after their own moment
    std::int64_t erased = 0; // rows whose personal data are gone, which an erasure tells of
    Found first_late;
    Found found;
};

// Synchronous, on the calling thread and one that reads ahead. What is pruned meanwhile is no
// finding: it begins anew behind the stub.
ChainReport check_chain(
    domain::Storage& storage,
    KnownKeys const& keys,
    domain::OrganizationId const& organization,
    Published const& published
);

} // namespace gatehouse::sealing
