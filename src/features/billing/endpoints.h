// /api/billing/subscription: which plan an organization is on.
#pragma once

#include "http/endpoint.h"

#include <vector>

namespace gatehouse::billing {

std::vector<http::Endpoint> endpoints();

} // namespace gatehouse::billing
