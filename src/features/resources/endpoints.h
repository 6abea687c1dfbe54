// Clients, workflows, and whatever else the policy declares: /api/<collection>.
#pragma once

#include "http/endpoint.h"
#include "policy/policy.h"

#include <vector>

namespace gatehouse::resources {

// Routes for the general types of the policy at start; what a step asks for is read from the policy
// of each request.
std::vector<http::Endpoint> endpoints(policy::Policy const& policy);

} // namespace gatehouse::resources
