// Comparing two sets of cells.
#include "policy/impact.h"

#include <algorithm>

namespace gatehouse::policy {

Impact impact_of(Policy const& policy, Grants const& before, Grants const& after)
{
    Impact impact;
    for (std::size_t at = 0; at < policy.permissions(); ++at) {
        auto const permission = static_cast<Permission>(at);
        CellChange const change{permission, before.cell(permission), after.cell(permission)};
        if (change.before != change.after)
            (change.before < change.after ? impact.gains : impact.loses).push_back(change);
    }
    auto const by_id = [&](CellChange const& one) {
        return policy.id_of(one.permission);
    };
    std::ranges::sort(impact.gains, {}, by_id);
    std::ranges::sort(impact.loses, {}, by_id);
    return impact;
}

} // namespace gatehouse::policy
