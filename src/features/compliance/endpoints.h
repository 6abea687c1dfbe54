// Evidence for auditors: what the ledger holds by the criteria of SOC 2, as files and as a bundle.
#pragma once

#include "http/endpoint.h"

#include <vector>

namespace gatehouse::compliance {

std::vector<http::Endpoint> endpoints();

} // namespace gatehouse::compliance
