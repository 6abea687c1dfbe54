// The routes of this feature.
#pragma once

#include "http/endpoint.h"

#include <vector>

namespace gatehouse::me_data {

std::vector<http::Endpoint> endpoints();

} // namespace gatehouse::me_data
