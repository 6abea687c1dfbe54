// Roles of an organization's own: named sets of permissions beside the built-in ones
// (spec/permissions §6).
#pragma once

#include "core/async.h"
#include "domain/ids.h"
#include "policy/policy.h"

#include <vector>

namespace gatehouse::domain {

class CustomRoles {
public:
    virtual ~CustomRoles() = default;

    // What a person holds beside the built-in role: by their custom role, and granted to them
    // alone.
    virtual Async<std::vector<policy::Granted>> granted_to(OrganizationId organization, UserId user)
        = 0;
};

} // namespace gatehouse::domain
