// Somebody about whom is decided, by whoever asks: what a decision about a person rests on.
#pragma once

#include "domain/ids.h"
#include "domain/users.h"
#include "policy/policy.h"

#include <optional>
#include <string>
#include <vector>

namespace gatehouse::domain {

struct Subject { // a live person, as stored now
    UserId id;
    OrganizationId organization_id;
    Role role = Role::staff;
    UserStatus status = UserStatus::active;
    std::optional<CustomRoleId> custom_role_id = {};
    std::optional<std::string> custom_role_name = {};
    std::vector<policy::Granted> by_custom_role = {};
    std::vector<policy::Granted> alone = {}; // granted to this person beside every role

    policy::Grants grants(policy::Policy const& policy) const
    {
        auto held = policy.effective(role, by_custom_role);
        held.widen(policy.effective(role, alone));
        return held;
    }
};

} // namespace gatehouse::domain
