// What a change gives and takes, permission by permission.
#pragma once

#include "policy/policy.h"

#include <vector>

namespace gatehouse::policy {

struct CellChange {
    Permission permission{};
    Cell before = Cell::denied;
    Cell after = Cell::denied;

    bool operator==(CellChange const&) const = default;
};

struct Impact {
    std::vector<CellChange> gains; // in the order of the ids
    std::vector<CellChange> loses;

    bool none() const { return gains.empty() && loses.empty(); }
    bool operator==(Impact const&) const = default;
};

Impact impact_of(Policy const& policy, Grants const& before, Grants const& after);

} // namespace gatehouse::policy
