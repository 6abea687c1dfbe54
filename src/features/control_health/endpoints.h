// The route of this feature.
#pragma once

#include "http/endpoint.h"

#include <vector>

namespace gatehouse::control_health {

std::vector<http::Endpoint> endpoints();

} // namespace gatehouse::control_health
