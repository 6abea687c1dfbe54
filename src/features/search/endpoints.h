// /api/search: people and resources of the own organization by a part of their names.
#pragma once

#include "http/endpoint.h"
#include "policy/policy.h"

#include <vector>

namespace gatehouse::search {

std::vector<http::Endpoint> endpoints(policy::Policy const& policy);

} // namespace gatehouse::search
