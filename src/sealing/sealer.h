// Chains what was committed, in the background: no request ever waits for the chain (D-85).
#pragma once

#include "core/async.h"
#include "core/time.h"
#include "crypto/seal.h"
#include "domain/seals.h"
#include "domain/storage.h"
#include "sealing/audit_keys.h"
#include "sealing/remembered_heads.h"

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace gatehouse::sealing {

struct SealerOptions {
    int rows_at_once = 1000; // in one unit of work, of all organizations together
    bool publish = false; // checkpoints wait to be published outside the database
    Duration may_wait = 10s; // rows, until somebody is told (behaviours §2)
    // With it, which must outlive the sealer, it goes over to the key that signs by now.
    crypto::KeyEncryptionKey const* key = nullptr;
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

    // Seals all that waits, but for chains that do not end where this node has left them. What
    // fails is logged, counted and kept for health(): rows wait then.
    Async<void> run();

    // Empty while rows are sealed in time; from any thread.
    std::string trouble() const;
    // Empty while every chain goes on where it was left; from any thread.
    std::string history_trouble() const;

private:
    struct Round {
        int rows = 0; // that waited
        int sealed = 0;
        std::string reached; // the organization of the last row
    };
    Async<domain::Waiting> look();
    Async<std::int64_t> seal_all();
    Async<Round> seal_some(std::string after);
    using Heads = std::map<std::string, domain::ChainHead>;
    using Rows = std::vector<domain::WaitingRow>;
    Async<void> follow_key(domain::UnitOfWork& work);
    Async<Rows> without_cut_chains(domain::UnitOfWork& work, Heads const& heads, Rows rows);
    void note_history(domain::OrganizationId const& organization, std::string wrong);
    void note_failure(std::string cause);
    void note_waiting(domain::Waiting waiting);

    domain::Storage& storage_;
    Clock const& clock_;
    std::shared_ptr<Signer const> signer_;
    SealerOptions const options_;
    RememberedHeads remembered_;
    mutable std::mutex mutex_;
    std::string failure_;
    std::string behind_;
    std::map<std::string, std::string, std::less<>> cut_; // what is wrong, by chain
};

} // namespace gatehouse::sealing
