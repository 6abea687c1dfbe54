// Every feature, one line each: what it does not name does not exist.
#pragma once

#include "features/console/files.h"
#include "http/endpoint.h"
#include "policy/policy.h"

#include <vector>

namespace gatehouse::app {

enum class CaptureApi { included, elsewhere };
std::vector<http::Endpoint> contents(
    CaptureApi capture = CaptureApi::included,
    policy::Policy const& policy = *policy::Policy::shipped(), // its types of resources have routes
    console::Files console = {}
);

} // namespace gatehouse::app
