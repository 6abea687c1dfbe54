// The rule of acting as somebody else.
#include "domain/impersonation.h"

#include "policy/decision.h"

namespace gatehouse::domain {

bool may_impersonate(Authority const& impersonator, Authority const& person)
{
    auto const cell = impersonator.grants.cell(policy::Permission::users_impersonate);
    bool const is_above = person.role == Role::owner || person.role == Role::admin;
    if (is_above && impersonator.role != Role::owner)
        return false;
    return cell == policy::Cell::everywhere && person.grants.within(impersonator.grants);
}

} // namespace gatehouse::domain
