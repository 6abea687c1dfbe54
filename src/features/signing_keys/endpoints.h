// The public keys, for whoever verifies our tokens.
#pragma once

#include "http/endpoint.h"

#include <vector>

namespace gatehouse::signing_keys {

std::vector<http::Endpoint> endpoints();

} // namespace gatehouse::signing_keys
