// Keeping sessions, first in, first out.
#include "domain/kept_sessions.h"

#include "core/metrics.h"
#include "domain/changed.h"

#include <algorithm>
#include <utility>

namespace gatehouse::domain {

KeptSessions::KeptSessions(Changes const& changes, std::size_t most)
    : changes_(changes)
    , most_in_shard_(std::max<std::size_t>(1, most / shards))
{
}

KeptSessions::Shard& KeptSessions::shard_of(SessionId const& session) const
{
    return shards_[std::hash<SessionId>()(session) % shards];
}

KeptSessions::Hold KeptSessions::hold_of(SessionFacts const& facts)
{
    Hold hold;
    if (facts.session.impersonation && !facts.impersonator)
        return hold; // whatever it lives from was not there: ask again
    for (auto const* const read : {&facts, facts.impersonator.get()}) {
        if (!read)
            continue;
        for (auto const thing :
             {changed(read->session.id),
              changed(read->user.id),
              changed(read->user.organization_id),
              changed_rules_of(read->user.organization_id)})
            hold.slots.at(hold.count++) = Changes::slot_of(thing);
    }
    return hold;
}

bool KeptSessions::stands(Entry const& entry) const
{
    for (std::size_t at = 0; at < entry.hold.count; ++at)
        if (!changes_.stands(entry.read_after, entry.hold.slots.at(at)))
            return false;
    return entry.hold.count != 0;
}

std::shared_ptr<SessionFacts const> KeptSessions::find(SessionId const& session) const
{
    if (!changes_.is_current())
        return nullptr;
    auto& shard = shard_of(session);
    std::scoped_lock const lock(shard.mutex);
    auto const found = shard.entries.find(session);
    if (found == shard.entries.end() || !stands(found->second))
        return nullptr;
    return found->second.facts;
}

void KeptSessions::keep(std::shared_ptr<SessionFacts const> facts, Changes::Moment read_after)
{
    auto id = facts->session.id;
    auto const hold = hold_of(*facts);
    auto& shard = shard_of(id);
    std::scoped_lock const lock(shard.mutex);
    auto const [place, is_new] = shard.entries.try_emplace(id);
    // Of two that read at the same time the later one knows more.
    if (is_new || place->second.read_after <= read_after)
        place->second = {std::move(facts), read_after, hold};
    if (!is_new)
        return;
    shard.order.push_back(std::move(id));
    if (shard.order.size() > most_in_shard_) {
        shard.entries.erase(shard.order.front());
        shard.order.pop_front();
        metrics::count("gatehouse_kept_sessions_displaced_total");
    }
}

void KeptSessions::note_use(SessionId const& session, Instant seen)
{
    auto& shard = shard_of(session);
    std::scoped_lock const lock(shard.mutex);
    auto const found = shard.entries.find(session);
    if (found == shard.entries.end())
        return;
    auto used = std::make_shared<SessionFacts>(*found->second.facts);
    used->session.last_seen_at = std::max(used->session.last_seen_at, seen);
    found->second.facts = std::move(used);
}

std::size_t KeptSessions::size() const
{
    std::size_t all = 0;
    for (auto const& shard : shards_) {
        std::scoped_lock const lock(shard.mutex);
        all += shard.entries.size();
    }
    return all;
}

} // namespace gatehouse::domain
