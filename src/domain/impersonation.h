// Who may act as whom: pure rules. Nobody gains a right by it that they do not hold themselves.
#pragma once

#include "core/time.h"
#include "domain/users.h"
#include "policy/policy.h"

namespace gatehouse::domain {

constexpr Duration impersonation_life = 30min; // never longer, whatever it is used for

struct Authority {
    Role role = Role::staff;
    policy::Grants grants = {};
};

// Who holds `users.impersonate` may act as whoever may no more than they do; as owners and admins
// only an owner may (I-6).
bool may_impersonate(Authority const& impersonator, Authority const& person);

} // namespace gatehouse::domain
