// From rows that wait to batches that are chained and signed: pure.
#pragma once

#include "core/time.h"
#include "domain/seals.h"
#include "sealing/audit_keys.h"

#include <map>
#include <string>
#include <vector>

namespace gatehouse::sealing {

// One batch for each organization, of its rows in their order, behind its head (none: a new chain).
std::vector<domain::Batch> batches_of(
    std::vector<domain::WaitingRow> const& rows,
    std::map<std::string, domain::ChainHead> const& heads,
    Signer const& signer,
    Instant now
);

} // namespace gatehouse::sealing
