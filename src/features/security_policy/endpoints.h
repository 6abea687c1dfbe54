// The routes of this feature.
#pragma once

#include "http/endpoint.h"

#include <vector>

namespace gatehouse::security_policy {

std::vector<http::Endpoint> endpoints();

} // namespace gatehouse::security_policy
