// The routes of this feature.
#pragma once

#include "http/endpoint.h"

#include <vector>

namespace gatehouse::step_up {

std::vector<http::Endpoint> endpoints();

} // namespace gatehouse::step_up
