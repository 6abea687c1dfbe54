// Plain words for actions and things, and the permissions that they mean.
#pragma once

#include "policy/policy.h"

#include <string>
#include <vector>

namespace gatehouse::ai_agents {

// Each of which admits to what the words ask for; none where they name no action on a thing. The
// words are in small letters.
std::vector<policy::Permission>
meant_by(std::vector<std::string> const& words, policy::Policy const& policy);

} // namespace gatehouse::ai_agents
