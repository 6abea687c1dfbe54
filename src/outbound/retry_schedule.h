// When a mail that could not be sent is tried again, and when no longer (api §11).
#pragma once

#include "core/time.h"

#include <optional>
#include <vector>

namespace gatehouse::outbound {

struct RetrySchedule {
    std::vector<Duration> first = {5s, 10s, 20s}; // after the first, second, third try
    Duration then_every = 10min;
    Duration give_up_after = 24h; // counted from when it was queued
};

// `attempt` is the try that just failed, from 1. Nothing: give up.
std::optional<Instant>
next_attempt(RetrySchedule const& schedule, int attempt, Instant queued_at, Instant now);

} // namespace gatehouse::outbound
