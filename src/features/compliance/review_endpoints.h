// Who could do what, and campaigns that review it: routes beside those of the evidence.
#pragma once

#include "http/endpoint.h"

#include <vector>

namespace gatehouse::compliance {

std::vector<http::Endpoint> review_endpoints();

} // namespace gatehouse::compliance
