// The order of the terms, and every combination of cell and relation.
#include "policy/decision.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>

namespace gatehouse::policy {
namespace {

constexpr auto asked = Permission::clients_view;

Grants holding(Cell cell)
{
    Grants grants;
    grants.widen(asked, cell);
    return grants;
}

TEST(Decision, IsTheTableOfTheSpecification)
{
    for (auto const cell : {Cell::denied, Cell::own, Cell::assigned, Cell::everywhere})
        for (int bits = 0; bits < 8; ++bits) {
            Relation const relation{
                .same_organization = (bits & 1) != 0,
                .assigned = (bits & 2) != 0,
                .own = (bits & 4) != 0,
            };
            auto const decision = decide(holding(cell), asked, relation);
            bool const allowed = relation.same_organization
                && (cell == Cell::everywhere || (cell == Cell::assigned && relation.assigned)
                    || (cell == Cell::own && relation.own));
            EXPECT_EQ(decision.allowed, allowed) << to_letter(cell) << bits;
            EXPECT_EQ(decision.missing.has_value(), !allowed);
        }
}

TEST(Decision, NamesTheFirstTermThatDoesNotHold)
{
    auto const missing = [](Cell cell, Relation relation) {
        return decide(holding(cell), asked, relation).missing;
    };
    EXPECT_EQ(missing(Cell::denied, {.same_organization = false}), Term::same_organization);
    EXPECT_EQ(missing(Cell::denied, {.same_organization = true}), Term::permission);
    EXPECT_EQ(missing(Cell::assigned, {.same_organization = true, .own = true}), Term::assigned);
    EXPECT_EQ(missing(Cell::own, {.same_organization = true, .assigned = true}), Term::own);
}

TEST(Decision, WithoutARowAStarAdmitsToWhatIsAssigned)
{
    Relation const list{.has_row = false, .same_organization = true};
    EXPECT_TRUE(decide(holding(Cell::assigned), asked, list).allowed);
    EXPECT_TRUE(decide(holding(Cell::own), asked, list).allowed);
    EXPECT_FALSE(decide(holding(Cell::denied), asked, list).allowed);
    EXPECT_FALSE(decide(holding(Cell::everywhere), asked, {.has_row = false}).allowed);
}

TEST(Decision, ASecondPermissionAdmitsWhereTheFirstDoesNot)
{
    Grants grants;
    grants.widen(Permission::clients_edit_assigned, Cell::assigned);
    Relation const assigned{.same_organization = true, .assigned = true};
    auto const decision
        = decide(grants, Permission::clients_edit, Permission::clients_edit_assigned, assigned);
    EXPECT_TRUE(decision.allowed);
    EXPECT_EQ(decision.permission, Permission::clients_edit_assigned);
    auto const refused = decide(
        grants,
        Permission::clients_edit,
        Permission::clients_edit_assigned,
        {.same_organization = true}
    );
    EXPECT_EQ(refused.missing, Term::assigned);
}

// Of `clients.edit` and `clients.edit_assigned` whatever an operator made of them: where neither
// allows it, the one that decided and its cell are the same for every row.
TEST(Decision, WhereNoneOfTwoAllowsItTheRowDoesNotShowInTheOneThatDecided)
{
    constexpr auto second = Permission::clients_edit_assigned;
    std::array const cells{Cell::denied, Cell::own, Cell::assigned, Cell::everywhere};
    for (auto const first_cell : cells)
        for (auto const second_cell : cells) {
            Grants grants;
            grants.widen(asked, first_cell);
            grants.widen(second, second_cell);
            auto const foreign = decide(grants, asked, second, {});
            auto const here = decide(grants, asked, second, {.same_organization = true});
            ASSERT_FALSE(foreign.allowed);
            if (here.allowed)
                continue;
            EXPECT_EQ(here.permission, foreign.permission);
            EXPECT_EQ(here.cell, foreign.cell);
            EXPECT_EQ(here.cell, std::max(first_cell, second_cell));
            EXPECT_EQ(
                missing_wherever_it_is(here.cell, here.missing),
                missing_wherever_it_is(foreign.cell, foreign.missing)
            );
        }
    Grants odd;
    odd.widen(asked, Cell::assigned);
    auto const refused = decide(odd, asked, second, {.same_organization = true});
    EXPECT_EQ(refused.permission, asked);
    EXPECT_EQ(refused.missing, Term::assigned);
}

} // namespace
} // namespace gatehouse::policy
