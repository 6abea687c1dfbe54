// The routes of this feature.
#pragma once

#include "http/endpoint.h"

#include <vector>

namespace gatehouse::password_change {

std::vector<http::Endpoint> endpoints();

} // namespace gatehouse::password_change
