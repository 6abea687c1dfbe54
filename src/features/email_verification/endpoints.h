// The routes of this feature.
#pragma once

#include "http/endpoint.h"

#include <vector>

namespace gatehouse::email_verification {

std::vector<http::Endpoint> endpoints();

} // namespace gatehouse::email_verification
