// /api/assignments: who of an organization is assigned to which of its resources.
#pragma once

#include "http/endpoint.h"

#include <vector>

namespace gatehouse::assignments {

std::vector<http::Endpoint> endpoints();

} // namespace gatehouse::assignments
