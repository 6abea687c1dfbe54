// /api/reports: files about the people of an organization, its sessions and sign-ins.
#pragma once

#include "http/endpoint.h"
#include "policy/policy.h"

#include <vector>

namespace gatehouse::reports {

// None where the policy at start has no type `report`, or leaves it to the general routes.
std::vector<http::Endpoint> endpoints(policy::Policy const& policy);

} // namespace gatehouse::reports
