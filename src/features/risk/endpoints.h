// The routes of this feature.
#pragma once

#include "http/endpoint.h"

#include <vector>

namespace gatehouse::risk {

std::vector<http::Endpoint> endpoints();

} // namespace gatehouse::risk
