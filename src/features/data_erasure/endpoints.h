// The routes of this feature.
#pragma once

#include "http/endpoint.h"

#include <vector>

namespace gatehouse::data_erasure {

std::vector<http::Endpoint> endpoints();

} // namespace gatehouse::data_erasure
