// Rows of the ledger that no chain holds, however many rows there are.
#pragma once

#include "core/async.h"
#include "domain/storage.h"
#include "sealing/chain_check.h"

#include <cstdint>
#include <optional>

namespace gatehouse::sealing {

struct Loose {
    // Rows that wait; the ids of others: neither sealed nor waiting, waiting and gone, with a seal
    // before the chain begins.
    std::int64_t unsealed = 0;
    std::optional<std::int64_t> stranger;
    std::optional<std::int64_t> vanished;
    std::optional<std::int64_t> below;
};

// Of a chain whose rows up to number `pruned` were taken away.
Async<Loose>
loose_rows(domain::Storage& storage, domain::OrganizationId organization, std::int64_t pruned);

Found find_loose(Loose const& loose);

struct StretchOptions {
    int rows_at_once = 0; // in one statement
    bool each = false; // looked up one by one, also where counting finds as many as there should be
};

// The first row of the ledger that is neither sealed nor waits to be, by id.
Async<std::optional<std::int64_t>> find_stranger(
    domain::Storage& storage, domain::OrganizationId organization, StretchOptions options
);

} // namespace gatehouse::sealing
