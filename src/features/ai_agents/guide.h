// The access guide: answers what somebody may do, from what they hold and from nothing else.
#pragma once

#include "policy/policy.h"

#include <string>
#include <string_view>

namespace gatehouse::ai_agents {

// One sentence with the permission and its cell, where the message names a permission, or an action
// and a thing; else what can be asked.
std::string answer(
    std::string_view message,
    policy::Policy const& policy,
    policy::Grants const& grants,
    policy::Role role
);

} // namespace gatehouse::ai_agents
