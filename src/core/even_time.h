// Answers that take the same time whatever was found, where time would tell what may not be said.
#pragma once

#include "core/async.h"

#include <chrono>

namespace gatehouse {

// Waits until a whole number of `step`s have passed since `began`; on an event loop. Work that
// takes less than one step then always takes one.
Async<void>
wait_for_step(std::chrono::steady_clock::time_point began, std::chrono::milliseconds step);

} // namespace gatehouse
