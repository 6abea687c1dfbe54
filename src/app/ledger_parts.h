// What keeps the ledger's chain: the sealer, and who keeps its checkpoints outside the database.
#pragma once

#include "app/background.h"
#include "app/config.h"
#include "core/random.h"
#include "core/time.h"
#include "crypto/seal.h"
#include "domain/storage.h"
#include "outbound/checkpoint_publisher.h"
#include "sealing/sealer.h"

#include <memory>

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
    // Empty, too, where nothing leaves.
    std::string publisher_trouble() const;
    bool publishes() const { return publisher_ != nullptr; }
    void stop(); // after the background has ended

private:
    domain::Storage& storage_;
    Clock const& clock_;
    std::shared_ptr<sealing::Signer const> const signer_;
    sealing::Sealer sealer_;
    std::unique_ptr<outbound::CheckpointPublisher> publisher_; // null: nothing leaves
};

} // namespace gatehouse::app
