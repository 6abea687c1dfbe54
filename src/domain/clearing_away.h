// What has ended and is kept for nobody any more goes, a little at a time (spec/database §7).
#pragma once

#include "core/async.h"
#include "core/time.h"
#include "domain/storage.h"

namespace gatehouse::domain {

constexpr Duration ended_tokens_stay = 24h * 30; // one-time tokens, challenges
constexpr Duration cleared_notifications_stay = 24h * 30;
constexpr Duration notifications_stay = 24h * 90; // those that nobody cleared, too

// Removes what stood longer than that: one-time tokens, challenges of step-ups, notifications. In
// units of a thousand rows, so that nobody waits for it.
Async<void> clear_away(Storage& storage, Instant now);

// The sealed successors of refresh tokens that were rotated before: their retry window is over.
Async<void> wipe_successors(Storage& storage, Instant before);

} // namespace gatehouse::domain
