// The routes of this feature.
#pragma once

#include "http/endpoint.h"

#include <vector>

namespace gatehouse::retention {

std::vector<http::Endpoint> endpoints();

} // namespace gatehouse::retention
