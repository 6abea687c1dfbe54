// Decisions for other applications: asked, listed, explained, simulated; and the same by AuthZEN.
#pragma once

#include "http/endpoint.h"

#include <vector>

namespace gatehouse::authorization {

std::vector<http::Endpoint> endpoints();

} // namespace gatehouse::authorization
