// Who may do to somebody's account what could take it over: address, status, role, deletion.
#pragma once

#include "core/async.h"
#include "domain/actor.h"
#include "domain/custom_roles.h"
#include "domain/storage.h"
#include "domain/users.h"
#include "policy/policy.h"

namespace gatehouse::domain {

// What somebody who is not the caller may do, as stored now.
Async<policy::Grants>
grants_as_stored(UnitOfWork& work, policy::Policy const& policy, User const& person);

// I-6, and I-7 by the back door: nobody but an owner touches the account of an owner, an admin, or
// of somebody who may anything that they may not. In the unit of work that acts. Throws Refusal,
// 403.
Async<void> require_account_in_reach(UnitOfWork& work, Actor actor, User touched);

// The same about everybody who holds a custom role: what changes it changes them. Throws Refusal.
Async<void> require_holders_in_reach(UnitOfWork& work, Caller const& caller, CustomRole role);

} // namespace gatehouse::domain
