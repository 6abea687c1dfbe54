// Chains what was committed, in the background: no request ever waits for the chain (D-85).
#pragma once

#include "core/async.h"
#include "core/time.h"
#include "domain/seals.h"
#include "domain/storage.h"
#include "sealing/audit_keys.h"

#include <cstdint>
#include <memory>
#include <mutex>
#include <string>

namespace gatehouse::sealing {

struct SealerOptions {
    int rows_at_once = 1000; // in one unit of work, of all organizations together
    bool publish = false; // checkpoints wait to be published outside the database
    Duration may_wait = 10s; // rows, until somebody is told (behaviours §2)
};

// Every node has one; whoever takes the lock of the database seals, for this round. A round that
// ends half way leaves nothing: its rows still wait.
class Sealer {
public:
    Sealer(
        domain::Storage& storage,
        Clock const& clock,
        std::shared_ptr<Signer const> signer,
        SealerOptions options
    );

    // Seals all that waits. What fails is logged, counted and kept for health(): rows wait then.
    Async<void> run();

    // Empty while rows are sealed in time; from any thread.
    std::string trouble() const;

private:
    struct Round {
        int rows = 0;
        std::string reached; // the organization of the last row
    };
    Async<std::int64_t> seal_all();
    Async<Round> seal_some(std::string after);
    void note_failure(std::string cause);
    void note_waiting(domain::Waiting waiting);

    domain::Storage& storage_;
    Clock const& clock_;
    std::shared_ptr<Signer const> const signer_;
    SealerOptions const options_;
    mutable std::mutex mutex_;
    std::string failure_;
    std::string behind_;
};

} // namespace gatehouse::sealing
