// Beginning and ending what keeps the chain.
#include "app/ledger_parts.h"

#include "core/event_loop.h"

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

sealing::SealerOptions
sealer_options(Configuration const& configuration, crypto::KeyEncryptionKey const& key)
{
    sealing::SealerOptions options;
    options.key = &key;
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
    , key_(key)
    , pruning_{.system_days = configuration.system_ledger_days}
    , sealer_(
          storage,
          clock,
          audit_signer(storage, key, random, clock),
          sealer_options(configuration, key)
      )
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
    background.repeat("ledger-pruning", ledgers_are_pruned_every, [this] { return prune(); });
}

Async<void> LedgerParts::prune()
{
    auto trouble = co_await sealing::prune_ledgers(storage_, key_, clock_.now(), pruning_);
    std::scoped_lock const lock(mutex_);
    not_pruned_ = std::move(trouble);
}

std::string LedgerParts::history_trouble() const
{
    auto cut = sealer_.history_trouble();
    if (!cut.empty())
        return cut;
    std::scoped_lock const lock(mutex_);
    return not_pruned_;
}

void LedgerParts::stop()
{
    publisher_.reset();
}

} // namespace gatehouse::app
