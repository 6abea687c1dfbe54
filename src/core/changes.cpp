// Slots of moments. Every order here is sequentially consistent: it is the one thing that keeps a
// revoked session out.
#include "core/changes.h"

#include <utility>

namespace gatehouse {
namespace {

void raise_to(std::atomic<Changes::Moment>& slot, Changes::Moment moment) noexcept
{
    auto seen = slot.load();
    while (seen < moment && !slot.compare_exchange_weak(seen, moment)) { }
}

} // namespace

Changes::Changes()
    : changed_(std::make_unique<std::array<std::atomic<Moment>, slots>>())
{
}

void Changes::follow(ChangeSource& source)
{
    source_ = &source;
}

Changes::Slot Changes::slot_of(Thing thing) noexcept
{
    auto const hash = std::hash<std::string_view>()(thing.id)
        ^ (static_cast<std::size_t>(thing.kind) * 0x9e3779b97f4a7c15U);
    return static_cast<Slot>((hash ^ (hash >> 32U)) % slots);
}

bool Changes::is_current() const noexcept
{
    auto* const source = source_.load();
    return source && source->is_current();
}

std::optional<Changes::Moment> Changes::moment() const noexcept
{
    // First the moment: a change by others that the source tells of after it makes it late.
    auto const now = latest_.load();
    if (!is_current())
        return std::nullopt;
    return now;
}

bool Changes::stands(Moment read_after, Slot slot) const noexcept
{
    return (*changed_)[slot].load() <= read_after && everything_.load() <= read_after;
}

void Changes::note(Thing thing) noexcept
{
    raise_to((*changed_)[slot_of(thing)], ++latest_);
    if (watcher_)
        watcher_(thing);
}

void Changes::note_all() noexcept
{
    raise_to(everything_, ++latest_);
}

void Changes::watch(std::function<void(Thing)> watcher)
{
    watcher_ = std::move(watcher);
}

} // namespace gatehouse
