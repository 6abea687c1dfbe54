// What has ended and is kept for nobody any more goes, a little at a time (spec/database §7).
#pragma once

#include "core/async.h"
#include "core/time.h"
#include "domain/storage.h"

namespace gatehouse::domain {

constexpr Duration deserted_stay = 24h; // personal organizations that nobody is in

// Removes what ended long enough ago (domain/retention.h): everywhere, and then in each
// organization that has times of its own or holds somebody. What is held stays. In units of a
// thousand rows, so that nobody waits for it; one node at a time. A table that cannot be swept
// keeps no other from it; then it throws, at the end.
Async<void> clear_away(Storage& storage, Instant now);

// The gauge of each table that grows.
Async<void> tell_sizes(Storage& storage);

// The sealed successors of refresh tokens that were rotated before: their retry window is over.
Async<void> wipe_successors(Storage& storage, Instant before);

} // namespace gatehouse::domain
