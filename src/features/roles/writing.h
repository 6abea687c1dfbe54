// Saving what was decided about roles.
#pragma once

#include "core/async.h"
#include "domain/caller.h"
#include "domain/request_facts.h"
#include "domain/role_impact.h"
#include "domain/services.h"
#include "features/roles/rules.h"

#include <functional>
#include <optional>

namespace gatehouse::roles {

// All under the lock on the caller's organization, each with one ledger row; a preview judges the
// same and changes nothing. They throw Refusal: 403 for more than the caller holds (I-7), 404 where
// the role is gone, 409 for a name that is taken and for one role too many.
Async<domain::CustomRole> create(
    domain::Services& services,
    domain::RequestFacts facts,
    domain::Caller const& caller,
    NewRole wanted
);

// Throws Refusal where the role, under that lock, is not what the client has seen.
using Expected = std::function<void(domain::CustomRole const& present)>;
Async<domain::CustomRole> change(
    domain::Services& services,
    domain::RequestFacts facts,
    domain::Caller const& caller,
    domain::CustomRoleId id,
    domain::CustomRoleChange wanted,
    Expected expected
);
Async<void> remove(
    domain::Services& services,
    domain::RequestFacts facts,
    domain::Caller const& caller,
    domain::CustomRoleId id
);
Async<domain::User> give(
    domain::Services& services,
    domain::RequestFacts facts,
    domain::Caller const& caller,
    domain::User person,
    std::optional<domain::CustomRoleId> role
);

Async<domain::RoleImpact>
preview_creation(domain::Services& services, domain::Caller const& caller, NewRole wanted);
Async<domain::RoleImpact> preview_change(
    domain::Services& services,
    domain::Caller const& caller,
    domain::CustomRoleId id,
    domain::CustomRoleChange wanted
);
Async<domain::RoleImpact>
preview_removal(domain::Services& services, domain::Caller const& caller, domain::CustomRoleId id);

} // namespace gatehouse::roles
