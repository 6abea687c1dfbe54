// The routes of this feature.
#pragma once

#include "http/endpoint.h"

#include <vector>

namespace gatehouse::organization_sessions {

std::vector<http::Endpoint> endpoints();

} // namespace gatehouse::organization_sessions
