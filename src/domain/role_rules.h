// What a custom role may be called and hold (spec/permissions §6, I-7, I-10).
#pragma once

#include "domain/actor.h"
#include "policy/policy.h"

#include <string_view>
#include <vector>

namespace gatehouse::domain {

// owner, admin, manager or staff, in any letter case (I-10).
bool is_reserved_role_name(std::string_view name);
// Throws Refusal, 409.
void require_free_role_name(std::string_view name);

// In the order of their ids. Throws Refusal, 400: an id that the policy does not know, one that no
// custom role may hold, one twice, or a cell that means nothing for it.
std::vector<policy::Granted>
judged_role_permissions(policy::Policy const& policy, std::vector<policy::Granted> wanted);

// I-7: nobody grants what they do not hold. Throws Refusal, 403 that names the permission.
void require_holds_all(Caller const& caller, std::vector<policy::Granted> const& granted);

} // namespace gatehouse::domain
