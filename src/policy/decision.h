// One decision: may this person do that to this row? Each term of the answer is named, so that it
// can be explained (spec/permissions §3).
#pragma once

#include "policy/grants.h"

#include <optional>
#include <string_view>

namespace gatehouse::policy {

enum class Term {
    same_organization, // the row belongs to the organization of the person
    permission, // the cell of the person is not `0`
    assigned, // the cell says `a`, and the row is assigned to the person
    own, // the cell says `s`, and the row is the person's
};
std::string_view to_text(Term term); // `same_organization` …

// What is true of the person and the row. Without a row (a list, a creation): only
// same_organization counts, and a cell `a` or `s` admits to what of it is assigned or own.
struct Relation {
    bool has_row = true;
    bool same_organization = false;
    bool assigned = false;
    bool own = false;
};

struct Decision {
    bool allowed = false;
    Permission permission{}; // the one that decided
    Cell cell = Cell::denied;
    std::optional<Term> missing = {}; // the first term that does not hold
};

// In the order of spec/permissions §3: where, what, which.
Decision decide(Grants const& grants, Permission permission, Relation const& relation);

// Allowed where either allows it (`clients.edit`, else `clients.edit_assigned`). Where none does,
// the wider cell decided, or the first of two alike: it depends on the person alone, so that it
// says nothing about the row.
Decision decide(
    Grants const& grants,
    Permission permission,
    std::optional<Permission> otherwise,
    Relation const& relation
);

// The first missing term for the eyes of somebody who may not know whose the row is: the same for a
// row that is not assigned, for another organization's and for none at all.
std::optional<Term> missing_wherever_it_is(Cell cell, std::optional<Term> missing);

} // namespace gatehouse::policy
