// /api/notifications: what the caller was told in the product.
#pragma once

#include "http/endpoint.h"

#include <vector>

namespace gatehouse::notifications {

std::vector<http::Endpoint> endpoints();

} // namespace gatehouse::notifications
