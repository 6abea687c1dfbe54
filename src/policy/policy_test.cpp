// The matrix as compiled, cell by cell, and every way in which a policy is refused.
#include "policy/policy.h"

#include "policy/holder.h"
#include "policy/matrix.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace gatehouse::policy {
namespace {

std::string replaced(std::string text, std::string_view what, std::string_view by)
{
    auto const at = text.find(what);
    EXPECT_NE(at, std::string::npos) << what;
    return at == std::string::npos ? text : text.replace(at, what.size(), by);
}

std::string refusal(PolicyText const& text)
{
    try {
        Policy::compile(text);
    } catch (PolicyError const& error) {
        return error.what();
    }
    return "(accepted)";
}
std::string refusal_of_matrix(std::string_view what, std::string_view by)
{
    auto text = Policy::shipped_text();
    text.matrix = replaced(text.matrix, what, by);
    return refusal(text);
}
std::string refusal_of_types(std::string_view what, std::string_view by)
{
    auto text = Policy::shipped_text();
    text.resource_types = replaced(text.resource_types, what, by);
    return refusal(text);
}

// Written out once more, from spec/permissions §1: the file could be edited to make a test pass.
constexpr std::string_view normative[][5] = {
    {"organization.view", "1", "1", "1", "1"},
    {"organization.edit", "1", "1", "0", "0"},
    {"organization.delete", "1", "0", "0", "0"},
    {"users.view", "1", "1", "1", "0"},
    {"users.create", "1", "1", "0", "0"},
    {"users.edit", "1", "1", "0", "0"},
    {"users.delete", "1", "0", "0", "0"},
    {"profile.edit", "1", "1", "1", "1"},
    {"password.change", "1", "1", "1", "1"},
    {"organization.billing", "1", "0", "0", "0"},
    {"clients.view", "1", "1", "1", "a"},
    {"clients.create", "1", "1", "1", "1"},
    {"clients.edit", "1", "1", "1", "0"},
    {"clients.delete", "1", "1", "0", "0"},
    {"ai.use", "1", "1", "1", "1"},
    {"workflows.use", "1", "1", "1", "a"},
    {"reports.use", "1", "1", "1", "a"},
};

TEST(Policy, TheNormativeCellsAreThose)
{
    auto const policy = Policy::shipped();
    for (auto const& row : normative)
        for (auto const role : every_role) {
            auto const wanted = parse_cell(row[1 + static_cast<std::size_t>(role)]);
            auto const permission = policy->find(row[0]);
            ASSERT_TRUE(permission && wanted) << row[0];
            EXPECT_EQ(policy->grants_of(role).cell(*permission), *wanted)
                << row[0] << " " << to_text(role);
        }
}

TEST(Policy, EveryCellOfTheFileIsCompiled)
{
    auto const policy = Policy::shipped();
    auto const rows = read_matrix(Policy::shipped_text().matrix);
    EXPECT_EQ(rows.size(), known_permissions);
    for (auto const& row : rows)
        for (auto const role : every_role)
            EXPECT_EQ(
                policy->grants_of(role).cell(policy->find(row.id).value()),
                row.cells[static_cast<std::size_t>(role)]
            ) << row.id;
}

TEST(Policy, AnOperatorMayReplaceCellsReorderRowsAndAddPermissions)
{
    auto text = Policy::shipped_text();
    text.matrix = replaced(text.matrix, "clients.delete,1,1,0,0", "clients.delete,1,1,1,0");
    text.matrix += "# of our own\r\nmachines,machines.use,1,1,1,a\r\n";
    text.resource_types += "[machine]\ncollection = \"machines\"\nview = \"machines.use\"\n"
                           "create = \"clients.create\"\nedit = \"machines.use\"\n"
                           "delete = \"clients.delete\"\n"
                           "attributes.serial = { type = \"string\", required = true }\n";
    auto const policy = Policy::compile(text);
    auto const added = policy->find("machines.use");
    ASSERT_TRUE(added);
    EXPECT_GE(index(*added), known_permissions);
    EXPECT_EQ(policy->id_of(*added), "machines.use");
    EXPECT_EQ(policy->grants_of(Role::staff).cell(*added), Cell::assigned);
    EXPECT_EQ(policy->grants_of(Role::manager).cell(Permission::clients_delete), Cell::everywhere);
    auto const* const machine = policy->resource_type("machine");
    ASSERT_TRUE(machine);
    EXPECT_EQ(machine->view.permission, *added);
    EXPECT_TRUE(machine->attribute("serial")->required);
    EXPECT_FALSE(policy->has_the_types_of(*Policy::shipped()));
}

TEST(Policy, ABadMatrixIsRefusedWithItsLineAndCause)
{
    EXPECT_EQ(
        refusal_of_matrix(
            "org.view,organization.view,1,1,1,1", "org.view,organization.view,1,1,x,1"
        ),
        "permissions.csv line 2: \"x\" in the column manager is none of 1, a, s and 0"
    );
    EXPECT_EQ(
        refusal_of_matrix("org.view,organization.view,1,1,1,1", "org.view,organization.view,1,1,1"),
        "permissions.csv line 2: \"org.view,organization.view,1,1,1\" has 5 cells, not 6"
    );
    EXPECT_EQ(
        refusal_of_matrix("users.view_all,users.view,", "users.view_all,organization.view,"),
        "permissions.csv line 5: organization.view stands in line 2 too"
    );
    EXPECT_EQ(
        refusal_of_matrix("org.edit,organization.edit,1,1,0,0\n", ""),
        "permissions.csv: the row of organization.edit is missing; gatehouse asks for it"
    );
    EXPECT_EQ(
        refusal_of_matrix("action,permission_id,owner", "action,permission_id,boss"),
        "permissions.csv line 1: must be \"action,permission_id,owner,admin,manager,staff\""
    );
    EXPECT_EQ(
        refusal_of_matrix("org.view,organization.view", "org.view,organization view"),
        "permissions.csv line 2: \"organization view\" is no permission id"
    );
    EXPECT_EQ(
        refusal({.matrix = "", .resource_types = ""}).substr(0, 23), "permissions.csv line 1:"
    );
}

TEST(Policy, CellsThatNothingDecidesAreRefused)
{
    EXPECT_EQ(
        refusal_of_matrix("clients.delete,1,1,0,0", "clients.delete,1,1,0,a"),
        "permissions.csv line 15: clients.delete cannot be \"a\" for staff: no assignment decides "
        "it"
    );
    EXPECT_EQ(
        refusal_of_matrix("users.view,1,1,1,0", "users.view,1,1,1,s"),
        "permissions.csv line 5: users.view cannot be \"s\" for staff: no owner of a row decides it"
    );
}

TEST(Policy, ALockedOutOwnerIsRefused)
{
    EXPECT_EQ(
        refusal_of_matrix("users.role,1,0,0,0", "users.role,0,1,0,0"),
        "permissions.csv line 22: the owner must hold users.role everywhere"
    );
}

TEST(Policy, BadTypesOfResourcesAreRefusedWithTheirLine)
{
    EXPECT_NE(
        refusal_of_types("view = \"clients.view\"", "view = \"clients.look\"")
            .find("resource-types.toml line 14: permissions.csv has no permission clients.look"),
        std::string::npos
    ) << refusal_of_types("view = \"clients.view\"", "view = \"clients.look\"");
    EXPECT_NE(
        refusal_of_types("collection = \"workflows\"", "collection = \"clients\"")
            .find("another type has the collection clients"),
        std::string::npos
    );
    EXPECT_NE(
        refusal_of_types("phone = {", "organizationId = {").find("is a member of every resource"),
        std::string::npos
    );
    EXPECT_NE(
        refusal_of_types("maxLength = 50", "longest = 50").find("not known"), std::string::npos
    );
    EXPECT_NE(refusal_of_types("[workflow]", "[workflow").find("line 25"), std::string::npos)
        << refusal_of_types("[workflow]", "[workflow");
    EXPECT_NE(refusal_of_types("[report]", "[paper]").find("report is missing"), std::string::npos);
}

TEST(Policy, WhatIsGrantedBesideTheRoleOnlyWidens)
{
    auto const policy = Policy::shipped();
    std::vector<Granted> const granted{
        {.permission_id = "users.view", .cell = "1"},
        {.permission_id = "clients.view", .cell = "s"}, // means nothing there
        {.permission_id = "sessions.view", .cell = "s"},
        {.permission_id = "no.such", .cell = "1"},
        {.permission_id = "users.delete", .cell = "yes"},
    };
    auto const grants = policy->effective(Role::staff, granted);
    EXPECT_EQ(grants.cell(Permission::users_view), Cell::everywhere);
    EXPECT_EQ(grants.cell(Permission::clients_view), Cell::assigned);
    EXPECT_EQ(grants.cell(Permission::sessions_view), Cell::own);
    EXPECT_EQ(grants.cell(Permission::users_delete), Cell::denied);
    EXPECT_TRUE(policy->grants_of(Role::staff).within(grants));
    EXPECT_FALSE(grants.within(policy->grants_of(Role::staff)));
}

TEST(Policy, NoRoleHoldsWhatTheOneAboveLacks) // else inviting would widen (I-7)
{
    auto const policy = Policy::shipped();
    EXPECT_TRUE(policy->grants_of(Role::staff).within(policy->grants_of(Role::manager)));
    EXPECT_TRUE(policy->grants_of(Role::manager).within(policy->grants_of(Role::admin)));
    EXPECT_TRUE(policy->grants_of(Role::admin).within(policy->grants_of(Role::owner)));
}

TEST(Grants, OfTwoCellsTheWiderOneCounts)
{
    constexpr std::array cells{Cell::denied, Cell::own, Cell::assigned, Cell::everywhere};
    auto const permission = Permission::search_use;
    for (auto const one : cells)
        for (auto const other : cells) {
            Grants first;
            first.widen(permission, one);
            Grants second;
            second.widen(permission, other);
            EXPECT_EQ(first.within(second), one <= other);
            auto both = first;
            both.widen(second);
            EXPECT_EQ(both.cell(permission), std::max(one, other));
            first.widen(permission, other);
            EXPECT_EQ(first, both);
        }
}

// Under the thread sanitizer too: a reload comes while requests take what holds.
TEST(PolicyHolder, GivesOneWholePolicyToEveryThread)
{
    auto const first = Policy::shipped();
    auto const second = Policy::compile(Policy::shipped_text());
    PolicyHolder holder(first);
    std::vector<std::thread> readers;
    for (int each = 0; each < 3; ++each)
        readers.emplace_back([&] {
            for (int times = 0; times < 10'000; ++times) {
                auto const current = holder.current();
                EXPECT_TRUE(current == first || current == second);
            }
        });
    for (int times = 0; times < 1'000; ++times)
        holder.replace(times % 2 == 0 ? second : first);
    for (auto& reader : readers)
        reader.join();
    EXPECT_EQ(holder.current(), first);
}

} // namespace
} // namespace gatehouse::policy
