// Who would gain and who would lose what, before it is saved.
#pragma once

#include "core/async.h"
#include "domain/custom_roles.h"
#include "domain/storage.h"
#include "policy/impact.h"

#include <cstdint>
#include <optional>
#include <vector>

namespace gatehouse::domain {

constexpr std::int64_t most_people_examined = 1000; // of those who hold a role

struct PersonImpact {
    UserId id;
    Role role = Role::staff; // as it is before
    policy::Impact impact;
};

struct RoleImpact {
    policy::Impact of_role; // what the role itself gains and loses
    std::int64_t holders = 0; // live people who hold it
    std::vector<PersonImpact> people; // those of them for whom something changes
    bool truncated = false; // more hold it than were examined
};

// `before` becomes `after`; nothing before: the role is new; nothing after: it is deleted.
Async<RoleImpact> impact_of_role_change(
    UnitOfWork& work,
    policy::Policy const& policy,
    std::optional<CustomRole> before,
    std::vector<policy::Granted> after
);

// One person becomes another.
RoleImpact
impact_on_person(policy::Policy const& policy, Subject const& before, Subject const& after);

} // namespace gatehouse::domain
