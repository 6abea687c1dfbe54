// The routes of this feature: the pages of the console and the files that they are made of.
#pragma once

#include "features/console/files.h"
#include "http/endpoint.h"

#include <vector>

namespace gatehouse::console {

// None where there are no files.
std::vector<http::Endpoint> endpoints(Files files);

} // namespace gatehouse::console
