// Cells as letters.
#include "domain/role_view.h"

#include <utility>

namespace gatehouse::domain {
namespace {

using policy::CellChange;
using policy::Granted;
using policy::Policy;

std::string letter_of(policy::Cell cell)
{
    return {policy::to_letter(cell)};
}

std::vector<CellChangeView> views_of(Policy const& policy, std::vector<CellChange> const& changes)
{
    std::vector<CellChangeView> views;
    for (auto const& one : changes)
        views.push_back(
            {std::string(policy.id_of(one.permission)), letter_of(one.before), letter_of(one.after)}
        );
    return views;
}

} // namespace

std::vector<PermissionCell> view_of(std::vector<Granted> const& permissions)
{
    std::vector<PermissionCell> views;
    for (auto const& one : permissions)
        views.push_back({one.permission_id, one.cell});
    return views;
}

std::vector<PermissionCell> view_of(Policy const& policy, policy::Grants const& grants)
{
    std::vector<PermissionCell> views;
    for (auto const& id : policy.ids_of(grants))
        if (auto const permission = policy.find(id))
            views.push_back({id, letter_of(grants.cell(*permission))});
    return views;
}

std::vector<Granted> granted_in(std::vector<PermissionCell> const& said)
{
    std::vector<Granted> granted;
    for (auto const& one : said)
        granted.push_back({.permission_id = one.id, .cell = one.cell});
    return granted;
}

ImpactView view_of(Policy const& policy, RoleImpact const& impact)
{
    ImpactView view;
    view.gains = views_of(policy, impact.of_role.gains);
    view.loses = views_of(policy, impact.of_role.loses);
    view.holders = impact.holders;
    view.truncated = impact.truncated;
    for (auto const& person : impact.people)
        view.people.push_back(
            {person.id.text(),
             std::string(to_text(person.role)),
             views_of(policy, person.impact.gains),
             views_of(policy, person.impact.loses)}
        );
    return view;
}

} // namespace gatehouse::domain
