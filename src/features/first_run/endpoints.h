// The routes of this feature.
#pragma once

#include "http/endpoint.h"

#include <vector>

namespace gatehouse::first_run {

std::vector<http::Endpoint> endpoints();

} // namespace gatehouse::first_run
