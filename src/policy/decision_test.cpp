// The order of the terms, and every combination of cell and relation.
#include "policy/decision.h"

#include <gtest/gtest.h>

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

} // namespace
} // namespace gatehouse::policy
