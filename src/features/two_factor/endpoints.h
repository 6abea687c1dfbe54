// The routes of this feature.
#pragma once

#include "http/endpoint.h"

#include <vector>

namespace gatehouse::two_factor {

std::vector<http::Endpoint> endpoints();

} // namespace gatehouse::two_factor
