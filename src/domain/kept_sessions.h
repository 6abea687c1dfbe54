// Sessions that were asked about, with what decides whether they are live, kept in memory for as
// long as nothing of them changes (decisions D-43: exact, or not at all).
#pragma once

#include "core/changes.h"
#include "core/time.h"
#include "domain/ids.h"
#include "domain/session_facts.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <unordered_map>

namespace gatehouse::domain {

// Safe to use from every thread.
class KeptSessions {
public:
    // At most `most` sessions, about 1.5 KB each; the one kept longest makes place for a new one.
    explicit KeptSessions(Changes const& changes, std::size_t most = 16'384);

    // As it is in the database now; null where it must be asked.
    std::shared_ptr<SessionFacts const> find(SessionId const& session) const;
    void keep(std::shared_ptr<SessionFacts const> facts, Changes::Moment read_after);
    // It was used, which the database learns of later.
    void note_use(SessionId const& session, Instant seen);

    std::size_t size() const;

private:
    // What a session hangs on: itself, its person, their organization and its rules; an
    // impersonation on those of its impersonator, too.
    struct Hold {
        std::array<Changes::Slot, 8> slots{};
        std::uint8_t count = 0; // none: it must not be used
    };
    struct Entry {
        std::shared_ptr<SessionFacts const> facts;
        Changes::Moment read_after = 0;
        Hold hold;
    };
    struct Shard {
        mutable std::mutex mutex;
        std::unordered_map<SessionId, Entry> entries;
        std::deque<SessionId> order; // of keeping
    };

    static constexpr std::size_t shards = 16;
    Shard& shard_of(SessionId const& session) const;
    static Hold hold_of(SessionFacts const& facts);
    bool stands(Entry const& entry) const;

    Changes const& changes_;
    std::size_t const most_in_shard_;
    mutable std::array<Shard, shards> shards_;
};

} // namespace gatehouse::domain
