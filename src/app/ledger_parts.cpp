// Beginning and ending what keeps the chain.
#include "app/ledger_parts.h"

#include "core/event_loop.h"
#include "sealing/pruning.h"

#include <utility>

namespace gatehouse::app {
namespace {

// Rows are in the chain within a second of their commit (decisions D-85).
constexpr std::chrono::milliseconds rows_are_sealed_every{400};
constexpr std::chrono::milliseconds ledgers_are_pruned_every{60'000};

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
    : storage_(storage)
    , clock_(clock)
    , signer_(audit_signer(storage, key, random, clock))
    , sealer_(storage, clock, signer_, sealer_options(configuration))
    , publisher_(make_publisher(configuration, storage, clock))
{
}

std::string LedgerParts::publisher_trouble() const
{
    return publisher_ ? publisher_->trouble() : std::string();
}

void LedgerParts::begin(Background& background)
{
    if (publisher_)
        publisher_->start();
    background.repeat("ledger-sealer", rows_are_sealed_every, [this] { return sealer_.run(); });
    background.repeat("ledger-pruning", ledgers_are_pruned_every, [this] {
        return sealing::prune_ledgers(storage_, *signer_, clock_.now());
    });
}

void LedgerParts::stop()
{
    publisher_.reset();
}

} // namespace gatehouse::app
