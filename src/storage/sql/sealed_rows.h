// A page of a chain with the rows that were sealed there.
#pragma once

#include "domain/seals.h"
#include "storage/sql/connection.h"

#include <cstdint>
#include <vector>

namespace gatehouse::sql {

// Seals behind `after` up to `last`, in order. In several statements: what is pruned between them
// has a seal and no row.
Async<std::vector<domain::SealedRow>> sealed_rows(
    Connection& connection,
    domain::OrganizationId organization,
    std::int64_t after,
    std::int64_t last,
    int limit
);

} // namespace gatehouse::sql
