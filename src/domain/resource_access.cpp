// The three checks in front of a resource.
#include "domain/resource_access.h"

#include "domain/directory.h"

#include <stdexcept>
#include <utility>

namespace gatehouse::domain {
namespace {

using policy::Relation;
using policy::Term;

bool has_star(Caller const& caller, Needed const& needed)
{
    auto const is_star = [&](Permission permission) {
        return caller.grants.cell(permission) == Cell::assigned;
    };
    return is_star(needed.permission) || (needed.otherwise && is_star(*needed.otherwise));
}

// Whether it is assigned is looked up only where the answer rests on it.
Async<Relation>
relation_to(UnitOfWork& work, Caller const& caller, Needed needed, Resource const& resource)
{
    Relation relation;
    relation.same_organization = resource.organization_id == caller.organization_id();
    if (relation.same_organization && has_star(caller, needed))
        relation.assigned = co_await work.assignments().is_assigned(
            resource.organization_id, resource.id, caller.user_id()
        );
    co_return relation;
}

} // namespace

Needed needed_for(policy::ResourceType const& type, ResourceStep step)
{
    switch (step) {
    case ResourceStep::view:
        return {.permission = type.view.permission};
    case ResourceStep::create:
        return {.permission = type.create.permission};
    case ResourceStep::remove:
        return {.permission = type.remove.permission};
    case ResourceStep::edit:
        break;
    }
    Needed needed{.permission = type.edit.permission};
    if (type.edit_assigned)
        needed.otherwise = type.edit_assigned->permission;
    return needed;
}

policy::ResourceType const& type_named(Caller const& caller, std::string_view type)
{
    auto const* const found = caller.policy->resource_type(type);
    if (!found)
        throw std::logic_error("a type of resource without a declaration");
    return *found;
}

Cell require_step(Caller const& caller, std::string_view type, ResourceStep step)
{
    auto const needed = needed_for(type_named(caller, type), step);
    auto const decision = policy::decide(
        caller.grants,
        needed.permission,
        needed.otherwise,
        {.has_row = false, .same_organization = true}
    );
    if (!decision.allowed)
        throw forbidden(caller.policy->id_of(needed.permission));
    return decision.cell;
}

Async<Resource> resource_in_reach(
    UnitOfWork& work, Caller const& caller, std::string type, ResourceId id, ResourceStep step
)
{
    auto found = co_await work.directory().resource(std::move(id));
    if (!found || found->type != type)
        throw Refusal{.reason = Reason::not_found};
    auto const& declared = type_named(caller, type);
    auto const needed = needed_for(declared, step);
    auto const relation = co_await relation_to(work, caller, needed, *found);
    auto const decision
        = policy::decide(caller.grants, needed.permission, needed.otherwise, relation);
    auto missing = decision.missing;
    if (caller.grants.cell(declared.view.permission) != Cell::everywhere)
        missing = policy::missing_wherever_it_is(decision.cell, missing);
    if (missing == Term::permission)
        throw forbidden(caller.policy->id_of(needed.permission));
    if (missing)
        throw Refusal{.reason = Reason::forbidden};
    co_return std::move(*found);
}

} // namespace gatehouse::domain
