// Every feature, one line each: what it does not name does not exist.
#pragma once

#include "http/endpoint.h"

#include <vector>

namespace gatehouse::app {

std::vector<http::Endpoint> contents();

} // namespace gatehouse::app
