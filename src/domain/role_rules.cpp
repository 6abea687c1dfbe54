// Judging the permissions of a custom role.
#include "domain/role_rules.h"

#include "core/text.h"
#include "domain/access.h"

#include <algorithm>
#include <array>

namespace gatehouse::domain {
namespace {

using policy::Granted;
using policy::Policy;

// They decide over the organization as a whole, or over who decides: built-in roles alone hold
// them.
constexpr std::array never_in_custom_roles{
    Permission::organization_delete,
    Permission::organization_transfer,
    Permission::roles_manage,
    Permission::users_role,
};

Refusal bad(std::string const& id, std::string const& problem)
{
    return invalid_field("permissions", "must not hold " + id + ": " + problem);
}

// The longest id there is has 64 characters; what is shown back of another is no longer.
std::string shown(std::string const& id)
{
    return id.size() <= 64 && is_valid_utf8(id) ? id : "such an id";
}

void judge(Policy const& policy, Granted const& one)
{
    auto const permission = policy.find(one.permission_id);
    if (!permission)
        throw bad(shown(one.permission_id), "there is no such permission");
    if (std::ranges::find(never_in_custom_roles, *permission) != never_in_custom_roles.end())
        throw bad(one.permission_id, "no custom role may hold it");
    auto const cell = policy::parse_cell(one.cell);
    if (!cell || *cell == Cell::denied)
        throw bad(one.permission_id, "its cell must be 1, a or s");
    if (!policy.has_meaning(*permission, *cell))
        throw bad(one.permission_id, "the cell " + one.cell + " means nothing for it");
}

} // namespace

bool is_reserved_role_name(std::string_view name)
{
    return parse_role(ascii_lower(name)).has_value();
}

void require_free_role_name(std::string_view name)
{
    if (is_reserved_role_name(name))
        throw Refusal{
            .reason = Reason::reserved_name, .message = "This is the name of a built-in role."
        };
}

std::vector<Granted> judged_role_permissions(Policy const& policy, std::vector<Granted> wanted)
{
    if (wanted.size() > policy::most_permissions)
        throw invalid_field("permissions", "must be 256 at most");
    for (auto const& one : wanted)
        judge(policy, one);
    std::ranges::sort(wanted, {}, &Granted::permission_id);
    auto const twice = std::ranges::adjacent_find(wanted, {}, &Granted::permission_id);
    if (twice != wanted.end())
        throw bad(twice->permission_id, "it is there twice");
    return wanted;
}

void require_holds_all(Caller const& caller, std::vector<Granted> const& granted)
{
    for (auto const& one : granted) {
        auto const permission = caller.policy->find(one.permission_id);
        auto const cell = policy::parse_cell(one.cell);
        if (!permission || !cell || !caller.policy->has_meaning(*permission, *cell))
            continue; // grants nothing
        if (*cell > caller.grants.cell(*permission))
            throw forbidden(one.permission_id);
    }
}

} // namespace gatehouse::domain
