// That a session was used: kept for a moment and written for many at once (decisions D-70).
#pragma once

#include "core/async.h"
#include "core/time.h"
#include "domain/ids.h"
#include "domain/security_rules.h"
#include "domain/sessions.h"
#include "domain/storage.h"

#include <cstddef>
#include <mutex>
#include <optional>
#include <unordered_map>
#include <vector>

namespace gatehouse::domain {

struct SessionUse {
    OrganizationId organization_id;
    SessionId session_id;
    Instant seen;
    std::optional<Instant> idle_end = {}; // where it moves
};

// Where the idle end moves to when the session is used now; nothing where it stays: it moves at
// most once a day (behaviours §6), or five times in a shorter life that the organization wants.
std::optional<Instant>
moved_idle_end(Session const& session, SecurityPolicy const& policy, Instant now);

// Safe to use from every thread.
class SessionUses {
public:
    // Of a session only the last use counts. Beyond the bound a use is dropped and counted: it may
    // fail open (behaviours §2).
    void note(SessionUse use);
    // In the order of session ids, so that no two nodes wait for each other.
    std::vector<SessionUse> take();
    std::size_t waiting() const;

private:
    static constexpr std::size_t most = 100'000;
    mutable std::mutex mutex_;
    std::unordered_map<SessionId, SessionUse> uses_;
};

// All of them in one unit of work for each thousand.
Async<void> write_uses(Storage& storage, std::vector<SessionUse> uses);

} // namespace gatehouse::domain
