// The words of an explanation.
#include "features/authorization/explaining.h"

#include <utility>

namespace gatehouse::authorization {
namespace {
using policy::Cell;
using policy::Term;

std::string row_of(Decided const& decided)
{
    if (decided.resource_type.empty())
        return "";
    if (!decided.is_about_a_row())
        return " on some " + decided.resource_type;
    return " on " + decided.resource_type + " " + decided.resource_id;
}

std::string source_of(Decided const& decided)
{
    switch (decided.granted_by) {
    case GrantedBy::role:
        return "the role " + decided.role;
    case GrantedBy::custom_role:
        return "the custom role " + decided.role;
    case GrantedBy::grant:
        return "a grant to this person";
    case GrantedBy::nothing:
        break;
    }
    return "nothing that this person holds (built-in role " + decided.role + ")";
}

std::string extent_of(Cell cell)
{
    switch (cell) {
    case Cell::everywhere:
        return " on every row of the organization";
    case Cell::assigned:
        return " on assigned rows";
    case Cell::own:
        return " on own rows";
    case Cell::denied:
        break;
    }
    return "";
}

std::string because_permission(Decided const& decided)
{
    return source_of(decided) + " grants " + decided.permission + extent_of(decided.cell);
}

std::string because(Decided const& decided, Term term)
{
    bool const holds = decided.missing != term;
    switch (term) {
    case Term::same_organization:
        if (!decided.is_about_a_row())
            return "the question is about the own organization";
        return holds ? "the row belongs to the organization of the subject"
                     : "there is no such row in the organization of the subject";
    case Term::permission:
        return because_permission(decided);
    case Term::assigned:
        return holds ? "the row is assigned to the subject"
                     : "the row is not assigned to the subject";
    case Term::own:
        return holds ? "the row belongs to the subject" : "the row does not belong to the subject";
    }
    return "";
}

std::string because_active(Decided const& decided)
{
    return decided.is_active ? "the subject is active"
                             : "the subject is no active person who is known here";
}

} // namespace

Decided wherever_it_is(Decided decided)
{
    if (decided.allowed)
        return decided;
    decided.missing = policy::missing_wherever_it_is(decided.cell, decided.missing);
    decided.place_is_told = decided.missing == Term::same_organization;
    return decided;
}

std::vector<TermView> terms_of(Decided const& decided)
{
    std::vector<TermView> terms;
    terms.push_back({"subject_active", decided.is_active, because_active(decided)});
    if (!decided.is_active)
        return terms;
    for (auto const term : {Term::same_organization, Term::permission, Term::assigned, Term::own}) {
        bool const asks_for_assignment = decided.is_about_a_row() && decided.cell == Cell::assigned;
        bool const asks_for_owner = decided.is_about_a_row() && decided.cell == Cell::own;
        if ((term == Term::assigned && !asks_for_assignment)
            || (term == Term::own && !asks_for_owner)
            || (term == Term::same_organization && !decided.place_is_told))
            continue;
        bool const holds = decided.missing != term;
        terms.push_back({std::string(policy::to_text(term)), holds, because(decided, term)});
        if (!holds)
            break;
    }
    return terms;
}

std::string sentence_of(Decided const& decided)
{
    auto const terms = terms_of(decided);
    std::string reasons;
    if (!decided.allowed) {
        reasons = terms.back().because;
    } else {
        reasons = because_permission(decided);
        if (terms.back().term == "assigned" || terms.back().term == "own")
            reasons += ", and " + terms.back().because;
    }
    auto const who = decided.subject.empty() ? "The subject" : "Subject " + decided.subject;
    return who + (decided.allowed ? " may " : " may not ") + decided.action + row_of(decided) + ": "
        + reasons + ".";
}

Explanation explanation_of(Decided const& decided, std::string decision_id)
{
    Explanation explanation;
    explanation.allowed = decided.allowed;
    explanation.decision_id = std::move(decision_id);
    explanation.sentence = sentence_of(decided);
    explanation.subject_id = decided.subject;
    explanation.action = decided.action;
    if (!decided.resource_type.empty())
        explanation.resource_type = decided.resource_type;
    if (decided.is_about_a_row())
        explanation.resource_id = decided.resource_id;
    explanation.permission = decided.permission;
    explanation.cell = std::string(1, policy::to_letter(decided.cell));
    if (decided.granted_by == GrantedBy::role)
        explanation.granted_by = "role";
    if (decided.granted_by == GrantedBy::custom_role)
        explanation.granted_by = "custom role";
    if (decided.granted_by == GrantedBy::grant)
        explanation.granted_by = "grant";
    if (!decided.role.empty())
        explanation.role = decided.role;
    explanation.terms = terms_of(decided);
    explanation.decided_at = decided.at;
    explanation.policy = decided.policy;
    return explanation;
}

} // namespace gatehouse::authorization
