// Answers against the shipped matrix, in every role, and what is not understood.
#include "features/ai_agents/guide.h"

#include <gtest/gtest.h>

#include <initializer_list>

namespace gatehouse::ai_agents {
namespace {
using policy::Cell;
using policy::every_role;
using policy::Permission;
using policy::Policy;
using policy::Role;

std::string asked(std::string_view message, Role role)
{
    auto const policy = Policy::shipped();
    return answer(message, *policy, policy->grants_of(role), role);
}

std::string cell_said(std::string_view id, char letter)
{
    return "your cell of " + std::string(id) + " is `" + letter + "`";
}

TEST(AccessGuide, SaysEveryCellOfTheMatrixTruly)
{
    auto const policy = Policy::shipped();
    for (auto const role : every_role)
        for (std::size_t at = 0; at < policy->permissions(); ++at) {
            auto const permission = static_cast<Permission>(at);
            std::string const id(policy->id_of(permission));
            auto const letter = policy::to_letter(policy->grants_of(role).cell(permission));
            auto const said = asked("What about " + id + "?", role);
            EXPECT_NE(said.find(cell_said(id, letter)), std::string::npos) << said;
            EXPECT_EQ(said.starts_with("Yes: "), letter == '1') << said;
            EXPECT_EQ(said.starts_with("No: "), letter == '0') << said;
        }
}

TEST(AccessGuide, UnderstandsPlainWords)
{
    struct Question {
        std::string_view words;
        Role role;
        std::string_view id;
        char letter;
    };
    for (auto const& one : std::initializer_list<Question>{
             {"May I delete clients?", Role::owner, "clients.delete", '1'},
             {"May I delete clients?", Role::manager, "clients.delete", '0'},
             {"Can I VIEW a client", Role::staff, "clients.view", 'a'},
             {"may i edit clients?", Role::staff, "clients.edit_assigned", 'a'},
             {"may i edit clients?", Role::manager, "clients.edit", '1'},
             {"Am I allowed to create workflows?", Role::staff, "workflows.create", '0'},
             {"creating a report", Role::manager, "reports.create", '1'},
             {"change the role of people", Role::admin, "users.role", '0'},
             {"What of billing?", Role::admin, "organization.billing", '0'},
             {"May I see sessions?", Role::staff, "sessions.view", 's'},
             {"Could I assign a workflow to somebody?", Role::manager, "resources.assign", '1'},
             {"may I look at the audit", Role::admin, "SETTINGS_SECURITY_VIEW", '1'},
         }) {
        auto const said = asked(one.words, one.role);
        EXPECT_NE(said.find(cell_said(one.id, one.letter)), std::string::npos)
            << one.words << ": " << said;
    }
}

TEST(AccessGuide, SaysWhatItCanWhereItUnderstandsNothing)
{
    for (auto const* const words : {"", "hello", "delete", "clients", "\xC3\xBC?", "... --- ..."})
        EXPECT_TRUE(asked(words, Role::owner).starts_with("I can tell")) << words;
}

TEST(AccessGuide, CountsWhatIsHeldBesideTheRole)
{
    auto const policy = Policy::shipped();
    auto grants = policy->grants_of(Role::staff);
    grants.widen(Permission::clients_delete, Cell::everywhere);
    EXPECT_TRUE(answer("delete clients", *policy, grants, Role::staff).starts_with("Yes: "));
}

} // namespace
} // namespace gatehouse::ai_agents
