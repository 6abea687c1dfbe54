// The routes of this feature.
#pragma once

#include "http/endpoint.h"

#include <vector>

namespace gatehouse::token_validation {

std::vector<http::Endpoint> endpoints();

} // namespace gatehouse::token_validation
