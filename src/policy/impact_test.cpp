// Who gains and who loses what, from two sets of cells.
#include "policy/impact.h"

#include <gtest/gtest.h>

namespace gatehouse::policy {
namespace {

TEST(Impact, of_no_change_is_none)
{
    auto const policy = Policy::shipped();
    auto const& staff = policy->grants_of(Role::staff);
    EXPECT_TRUE(impact_of(*policy, staff, staff).none());
}

TEST(Impact, tells_gains_and_losses_by_id)
{
    auto const policy = Policy::shipped();
    auto before = policy->grants_of(Role::staff);
    before.widen(Permission::users_view, Cell::everywhere);
    auto after = policy->grants_of(Role::staff);
    after.widen(Permission::workflows_use, Cell::everywhere);
    after.widen(Permission::clients_view, Cell::everywhere);
    auto const impact = impact_of(*policy, before, after);
    std::vector<CellChange> const gains{
        {Permission::clients_view, Cell::assigned, Cell::everywhere},
        {Permission::workflows_use, Cell::assigned, Cell::everywhere}
    };
    std::vector<CellChange> const loses{{Permission::users_view, Cell::everywhere, Cell::denied}};
    EXPECT_EQ(impact.gains, gains);
    EXPECT_EQ(impact.loses, loses);
}

TEST(Impact, between_roles_is_both_ways_the_same)
{
    auto const policy = Policy::shipped();
    auto const& admin = policy->grants_of(Role::admin);
    auto const& staff = policy->grants_of(Role::staff);
    auto const down = impact_of(*policy, admin, staff);
    auto const up = impact_of(*policy, staff, admin);
    EXPECT_TRUE(down.gains.empty());
    EXPECT_TRUE(up.loses.empty());
    EXPECT_EQ(down.loses.size(), up.gains.size());
    EXPECT_FALSE(up.none());
}

} // namespace
} // namespace gatehouse::policy
