// What keeps the ledger's chain: the sealer, and who keeps its checkpoints outside the database.
#pragma once

#include "app/background.h"
#include "app/config.h"
#include "core/random.h"
#include "core/time.h"
#include "crypto/seal.h"
#include "domain/storage.h"
#include "outbound/checkpoint_publisher.h"
#include "sealing/pruning.h"
#include "sealing/sealer.h"

#include <memory>
#include <mutex>
#include <string>

namespace gatehouse::app {

class LedgerParts {
public:
    // Without a key for its checkpoints there is no start, as with those of tokens. Throws
    // BadConfiguration, and std::runtime_error for a key that does not open.
    LedgerParts(
        Configuration const& configuration,
        domain::Storage& storage,
        crypto::KeyEncryptionKey const& key,
        Random& random,
        Clock const& clock
    );

    void begin(Background& background);
    std::string sealer_trouble() const { return sealer_.trouble(); }
    // Where history is not what it was: a chain that was cut, or rows that are not pruned for what
    // they are.
    std::string history_trouble() const;
    // Empty, too, where nothing leaves.
    std::string publisher_trouble() const;
    bool publishes() const { return publisher_ != nullptr; }
    void stop(); // after the background has ended

private:
    Async<void> prune();

    domain::Storage& storage_;
    Clock const& clock_;
    crypto::KeyEncryptionKey const& key_;
    sealing::PruningOptions const pruning_;
    sealing::Sealer sealer_;
    mutable std::mutex mutex_;
    std::string not_pruned_;
    std::unique_ptr<outbound::CheckpointPublisher> publisher_; // null: nothing leaves
};

} // namespace gatehouse::app
