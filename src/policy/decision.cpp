// The terms, in their order.
#include "policy/decision.h"

namespace gatehouse::policy {
namespace {

std::optional<Term> first_missing(Cell cell, Relation const& relation)
{
    if (!relation.same_organization)
        return Term::same_organization;
    if (cell == Cell::denied)
        return Term::permission;
    if (cell == Cell::assigned && relation.has_row && !relation.assigned)
        return Term::assigned;
    if (cell == Cell::own && relation.has_row && !relation.own)
        return Term::own;
    return std::nullopt;
}

} // namespace

std::string_view to_text(Term term)
{
    switch (term) {
    case Term::same_organization:
        return "same_organization";
    case Term::permission:
        return "permission";
    case Term::assigned:
        return "assigned";
    case Term::own:
        return "own";
    }
    return "";
}

Decision decide(Grants const& grants, Permission permission, Relation const& relation)
{
    auto const cell = grants.cell(permission);
    auto const missing = first_missing(cell, relation);
    return {.allowed = !missing, .permission = permission, .cell = cell, .missing = missing};
}

Decision decide(
    Grants const& grants,
    Permission permission,
    std::optional<Permission> otherwise,
    Relation const& relation
)
{
    auto const first = decide(grants, permission, relation);
    if (first.allowed || !otherwise)
        return first;
    auto const second = decide(grants, *otherwise, relation);
    return second.allowed || second.cell > first.cell ? second : first;
}

std::optional<Term> missing_wherever_it_is(Cell cell, std::optional<Term> missing)
{
    if (missing != Term::same_organization || cell == Cell::everywhere)
        return missing;
    return first_missing(cell, {.same_organization = true});
}

} // namespace gatehouse::policy
