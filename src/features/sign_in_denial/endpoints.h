// The routes of this feature.
#pragma once

#include "http/endpoint.h"

#include <vector>

namespace gatehouse::sign_in_denial {

std::vector<http::Endpoint> endpoints();

} // namespace gatehouse::sign_in_denial
