// What is said about each answered request: one access-log line and the metrics.
#pragma once

#include "http/pipeline.h"

#include <chrono>

namespace gatehouse::http {

// Names the route's pattern, never the path: paths and queries may hold tokens.
void tally(Exchange const& exchange, std::chrono::nanoseconds spent);

} // namespace gatehouse::http
