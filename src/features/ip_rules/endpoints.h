// The routes of this feature.
#pragma once

#include "http/endpoint.h"

#include <vector>

namespace gatehouse::ip_rules {

std::vector<http::Endpoint> endpoints();

} // namespace gatehouse::ip_rules
