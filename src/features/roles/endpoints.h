// /api/organizations/:id/roles: roles of an organization's own, and giving them to people.
#pragma once

#include "http/endpoint.h"

#include <vector>

namespace gatehouse::roles {

std::vector<http::Endpoint> endpoints();

} // namespace gatehouse::roles
