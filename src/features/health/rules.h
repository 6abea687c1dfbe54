// When the server counts as ready.
#pragma once

#include "domain/services.h"
#include "features/health/messages.h"

#include <vector>

namespace gatehouse::health {

// A broken control that is needed makes it unavailable; one that may fail open does not (behaviours
// §2).
bool is_ready(std::vector<domain::ControlState> const& controls);

Control view_of(domain::ControlState const& control);

} // namespace gatehouse::health
