// Comparing what people hold with what they would hold.
#include "domain/role_impact.h"

#include <utility>

namespace gatehouse::domain {
namespace {

using policy::Granted;
using policy::Grants;
using policy::Policy;

// What a custom role adds by itself: nothing of any built-in one.
Grants grants_of_role(Policy const& policy, std::vector<Granted> const& permissions)
{
    Grants grants;
    for (auto const& one : permissions) {
        auto const permission = policy.find(one.permission_id);
        auto const cell = policy::parse_cell(one.cell);
        if (permission && cell && policy.has_meaning(*permission, *cell))
            grants.widen(*permission, *cell);
    }
    return grants;
}

void add_person(RoleImpact& into, Policy const& policy, Subject const& before, Subject const& after)
{
    auto impact = policy::impact_of(policy, before.grants(policy), after.grants(policy));
    if (!impact.none())
        into.people.push_back({.id = before.id, .role = before.role, .impact = std::move(impact)});
}

} // namespace

Async<RoleImpact> impact_of_role_change(
    UnitOfWork& work,
    Policy const& policy,
    std::optional<CustomRole> before,
    std::vector<Granted> after
)
{
    RoleImpact impact;
    auto const held = before ? before->permissions : std::vector<Granted>();
    impact.of_role
        = policy::impact_of(policy, grants_of_role(policy, held), grants_of_role(policy, after));
    if (!before)
        co_return impact; // nobody holds it yet
    impact.holders = before->holders;
    auto const holders = co_await work.custom_roles().holders(
        before->organization_id, before->id, most_people_examined
    );
    impact.truncated = impact.holders > most_people_examined;
    for (auto const& holder : holders) {
        auto then = holder;
        then.by_custom_role = after;
        add_person(impact, policy, holder, then);
    }
    co_return impact;
}

RoleImpact impact_on_person(Policy const& policy, Subject const& before, Subject const& after)
{
    RoleImpact impact;
    impact.holders = 1;
    impact.of_role = policy::impact_of(policy, before.grants(policy), after.grants(policy));
    add_person(impact, policy, before, after);
    return impact;
}

} // namespace gatehouse::domain
