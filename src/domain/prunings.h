// Stubs that stand for rows of the ledger that are gone (docs/ledger-format.md, "Pruning").
#pragma once

#include "core/async.h"
#include "core/time.h"
#include "domain/ids.h"
#include "domain/ledger_chain.h"

#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

namespace gatehouse::domain {

// The end of a range of whole batches from the beginning of what is left of a chain.
struct Prunable {
    std::int64_t chain_seq = 0;
    Digest head_hash{};
    Instant oldest; // when the first batch of it ended
};

class Prunings {
public:
    virtual ~Prunings() = default;
    // The newest of a chain.
    virtual Async<std::optional<Pruning>> newest(OrganizationId organization) = 0;

    // For the job: organizations that keep their ledger for so many days, but for those where
    // anybody is held.
    virtual Async<std::vector<std::pair<OrganizationId, std::int64_t>>> wanted() = 0;
    // Batches whose every row is older, behind the newest stub; the last batch of a chain stays,
    // and so does what waits to be published.
    virtual Async<std::optional<Prunable>> prunable(OrganizationId organization, Instant before)
        = 0;
    // Whether a row of the chain up to this one tells of a person who is under a legal hold, or
    // whose organization is.
    virtual Async<bool> tells_of_somebody_held(OrganizationId organization, std::int64_t up_to) = 0;
    virtual Async<void> insert(Pruning pruning) = 0;
    // What the newest stub stands for, with seals and checkpoints, at most so many rows; how many
    // went.
    virtual Async<std::int64_t> remove(OrganizationId organization, std::int64_t most) = 0;
};

} // namespace gatehouse::domain
