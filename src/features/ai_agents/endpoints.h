// /api/ai-agents: helpers that answer questions. The built-in one needs no network.
#pragma once

#include "http/endpoint.h"

#include <vector>

namespace gatehouse::ai_agents {

std::vector<http::Endpoint> endpoints();

} // namespace gatehouse::ai_agents
