// Lets go of what organizations do not want to keep of their ledger any longer: whole batches from
// the beginning, with a signed stub in their place (docs/ledger-format.md, "Pruning").
#pragma once

#include "core/async.h"
#include "core/time.h"
#include "crypto/seal.h"
#include "domain/ledger_chain.h"
#include "domain/storage.h"
#include "sealing/audit_keys.h"
#include "sealing/chain_check.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace gatehouse::sealing {

// Each organization once a day at most: there is one stub and one ledger row for each time.
constexpr Duration pruned_every = 24h;

struct PruningOptions {
    // Of the chain `system`, whose rows belong to no organization that could say it; nothing:
    // without end.
    std::optional<std::int64_t> system_days = {};
};

// The stub is on disk before the first row goes; a node that died in between is continued by the
// next pass. Nothing of an organization goes while anybody in it is under a legal hold, and nothing
// of `system` that tells of somebody who is. Rows that are not what was sealed, or not as old as
// the tables say, stay, and so does all behind them: what is wrong is logged, counted and given
// back (empty: nothing).
Async<std::string> prune_ledgers(
    domain::Storage& storage,
    crypto::KeyEncryptionKey const& key,
    Instant now,
    PruningOptions options = {}
);

// In a unit of work of its own.
Async<std::optional<domain::Pruning>>
newest_stub(domain::Storage& storage, domain::OrganizationId organization);

// So often at most whoever finds that rows were pruned meanwhile begins anew: pruning comes by once
// a day.
constexpr int most_turns = 5;

// What is wrong with a stub; nothing: its key is known, and it says this.
Found check_pruning(
    domain::Pruning const& pruning,
    domain::OrganizationId const& organization,
    KnownKeys const& keys
);
// Rows from `first` on are there, `before` being the hash that they stand on.
Found check_stands_on(domain::Pruning const& pruning, std::int64_t first, std::string_view before);

} // namespace gatehouse::sealing
