// Beginning and ending what keeps the chain.
#include "app/ledger_parts.h"

#include "core/event_loop.h"

#include <utility>

namespace gatehouse::app {
namespace {

// Rows are in the chain within a second of their commit (decisions D-85).
constexpr std::chrono::milliseconds rows_are_sealed_every{400};

std::shared_ptr<sealing::Signer const> audit_signer(
    domain::Storage& storage,
    crypto::KeyEncryptionKey const& key,
    Random& random,
    Clock const& clock
)
{
    EventLoop loop;
    return wait_for(loop, sealing::take_up_signer(storage, key, random, clock.now()));
}

sealing::SealerOptions sealer_options(Configuration const& configuration)
{
    sealing::SealerOptions options;
    options.publish = !configuration.audit_checkpoints.empty();
    return options;
}

std::unique_ptr<outbound::CheckpointPublisher>
make_publisher(Configuration const& configuration, domain::Storage& storage, Clock const& clock)
{
    if (configuration.audit_checkpoints.empty())
        return nullptr;
    auto target = outbound::make_checkpoint_target(configuration.audit_checkpoints);
    if (!target)
        throw BadConfiguration("GATEHOUSE_AUDIT_CHECKPOINTS: " + target.error());
    return std::make_unique<outbound::CheckpointPublisher>(storage, clock, std::move(*target));
}

} // namespace

LedgerParts::LedgerParts(
    Configuration const& configuration,
    domain::Storage& storage,
    crypto::KeyEncryptionKey const& key,
    Random& random,
    Clock const& clock
)
    : sealer_(
          storage, clock, audit_signer(storage, key, random, clock), sealer_options(configuration)
      )
    , publisher_(make_publisher(configuration, storage, clock))
{
}

void LedgerParts::begin(Background& background, SelfChecks& checks)
{
    checks.watch("ledger sealer", [this] { return sealer_.trouble(); });
    if (publisher_) {
        checks.watch("ledger checkpoints", [this] { return publisher_->trouble(); });
        publisher_->start();
    }
    background.repeat("ledger-sealer", rows_are_sealed_every, [this] { return sealer_.run(); });
}

void LedgerParts::stop()
{
    publisher_.reset();
}

} // namespace gatehouse::app
