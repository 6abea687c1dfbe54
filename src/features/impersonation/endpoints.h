// The routes of this feature.
#pragma once

#include "http/endpoint.h"

#include <vector>

namespace gatehouse::impersonation {

std::vector<http::Endpoint> endpoints();

} // namespace gatehouse::impersonation
