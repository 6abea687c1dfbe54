// The built-in role is compared first, then everything that is held beside it.
#include "domain/account_reach.h"

#include "domain/access.h"

namespace gatehouse::domain {
namespace {

void require_within(policy::Grants const& theirs, Caller const& caller)
{
    if (!theirs.within(caller.grants))
        throw Refusal{
            .reason = Reason::forbidden,
            .message = "Who may more than you is changed by those who may as much."
        };
}

} // namespace

Async<policy::Grants>
grants_as_stored(UnitOfWork& work, policy::Policy const& policy, User const& person)
{
    auto const granted = co_await work.custom_roles().granted_to(person.organization_id, person.id);
    co_return policy.effective(person.role, granted);
}

Async<void> require_account_in_reach(UnitOfWork& work, Actor actor, User touched)
{
    require_not_above(actor, touched);
    auto const* const caller = actor.caller();
    if (!caller || caller->user.role == Role::owner || actor.is(touched.id))
        co_return;
    auto const theirs = co_await grants_as_stored(work, *caller->policy, touched);
    require_within(theirs, *caller);
}

Async<void> require_holders_in_reach(UnitOfWork& work, Caller const& caller, CustomRole role)
{
    if (caller.user.role == Role::owner)
        co_return;
    auto const holders
        = co_await work.custom_roles().holders(role.organization_id, role.id, role.holders);
    for (auto const& holder : holders) {
        if (holder.id == caller.user_id())
            continue;
        User touched;
        touched.id = holder.id;
        touched.role = holder.role;
        require_not_above(Actor::person(caller), touched);
        require_within(holder.grants(*caller.policy), caller);
    }
}

} // namespace gatehouse::domain
