// The lockout rule: when an address is closed, and for how long (behaviours §3, decisions D-24).
#pragma once

#include "core/time.h"
#include "domain/attempts.h"
#include "domain/refusal.h"
#include "domain/sessions.h"

#include <optional>

namespace gatehouse::domain {

struct Closed {
    long remaining_seconds; // at least 1
    std::int64_t failures; // n of behaviours §3
};

// Five evaluated failures within 15 minutes close the address until 30 minutes after the newest.
std::optional<Closed> closed(FailureWindow const& window, Instant now);

// The answer for a try on a closed address, by the failures recorded before it: tries 6 to 10 are
// 429, the eleventh is 423 (TC-LOGIN-008).
Refusal refuse_closed(Closed const& state, Surface surface);

} // namespace gatehouse::domain
