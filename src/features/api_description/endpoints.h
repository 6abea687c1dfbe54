// The routes of this feature.
#pragma once

#include "http/endpoint.h"

#include <string>
#include <vector>

namespace gatehouse::api_description {

// `described`: every other endpoint of the server; `version`: of the server.
std::vector<http::Endpoint>
endpoints(std::string version, std::vector<http::Endpoint> const& described);

} // namespace gatehouse::api_description
