// Verdicts on a sign-in, from facts alone.
#include "features/login/rules.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace gatehouse::login {
namespace {
using domain::Candidate;
using domain::OrganizationId;
using domain::UserId;
using domain::UserStatus;

Candidate person(std::string const& name)
{
    Candidate made;
    made.user.id = UserId(name);
    made.user.organization_id = OrganizationId("at " + name);
    made.organization_name = "Organization of " + name;
    return made;
}

Candidate suspended(std::string const& name)
{
    auto made = person(name);
    made.user.status = UserStatus::suspended;
    return made;
}

Candidate unverified(std::string const& name)
{
    auto made = person(name);
    made.user.email_verified = false;
    return made;
}

Candidate with_second_factor(std::string const& name)
{
    auto made = person(name);
    made.user.two_factor_enabled = true;
    return made;
}

template <class V> std::string who(Verdict const& verdict)
{
    auto const* const held = std::get_if<V>(&verdict);
    return held ? held->who.user.id.text() : "(another verdict)";
}

TEST(LoginVerdict, nobody_proven_is_wrong_credentials)
{
    EXPECT_TRUE(std::holds_alternative<WrongCredentials>(judge({})));
}

TEST(LoginVerdict, one_person_with_nothing_in_the_way_is_admitted)
{
    EXPECT_EQ(who<Admitted>(judge({person("ann")})), "ann");
}

TEST(LoginVerdict, the_status_comes_before_the_mailbox_and_the_mailbox_before_the_second_factor)
{
    auto everything = suspended("ann");
    everything.user.email_verified = false;
    everything.user.two_factor_enabled = true;
    EXPECT_EQ(who<Suspended>(judge({everything})), "ann");
    everything.user.status = UserStatus::active;
    EXPECT_EQ(who<Unverified>(judge({everything})), "ann");
    everything.user.email_verified = true;
    EXPECT_EQ(who<SecondFactor>(judge({everything})), "ann");
}

TEST(LoginVerdict, several_usable_ones_are_all_named_and_none_is_guessed)
{
    auto const verdict = judge({person("ann"), unverified("bea"), with_second_factor("cid")});
    auto const* const several = std::get_if<SeveralOrganizations>(&verdict);
    ASSERT_TRUE(several);
    ASSERT_EQ(several->proven.size(), 3U);
    EXPECT_EQ(several->proven[1].organization_name, "Organization of bea");
}

// Suspended rows count only when nothing else matches (decisions D-14).
TEST(LoginVerdict, a_suspended_row_neither_blocks_nor_is_offered_beside_a_usable_one)
{
    EXPECT_EQ(who<Admitted>(judge({suspended("ann"), person("bea")})), "bea");
    auto const verdict = judge({suspended("ann"), person("bea"), person("cid")});
    auto const* const several = std::get_if<SeveralOrganizations>(&verdict);
    ASSERT_TRUE(several);
    EXPECT_EQ(several->proven.size(), 2U);
}

TEST(LoginVerdict, of_several_suspended_ones_the_oldest_is_concerned)
{
    EXPECT_EQ(who<Suspended>(judge({suspended("ann"), suspended("bea")})), "ann");
}

TEST(LoginCandidates, a_named_organization_leaves_its_own_alone)
{
    std::vector<Candidate> const all{person("ann"), person("bea")};
    EXPECT_EQ(narrowed(all, std::nullopt).size(), 2U);
    auto const one = narrowed(all, OrganizationId("at bea"));
    ASSERT_EQ(one.size(), 1U);
    EXPECT_EQ(one.front().user.id, UserId("bea"));
    EXPECT_TRUE(narrowed(all, OrganizationId("nowhere")).empty());
}

// database 3.5: the candidate named, else the oldest live user with the address, else nobody.
TEST(LoginCandidates, an_attempt_belongs_to_the_named_one_or_else_to_the_oldest)
{
    std::vector<Candidate> const all{person("ann"), person("bea")};
    EXPECT_EQ(concerned(all, OrganizationId("at bea")), UserId("bea"));
    EXPECT_EQ(concerned(all, std::nullopt), UserId("ann"));
    EXPECT_EQ(concerned(all, OrganizationId("nowhere")), UserId("ann"));
    EXPECT_EQ(concerned({}, OrganizationId("at bea")), std::nullopt);
}

// No organization reads another's sign-ins (behaviours §4).
TEST(LoginCandidates, a_failure_belongs_to_the_only_one_meant_or_to_nobody)
{
    EXPECT_FALSE(ledger_owner({}));
    EXPECT_FALSE(ledger_owner({person("ann"), person("bea")}));
    auto const owner = ledger_owner({person("ann")});
    ASSERT_TRUE(owner);
    EXPECT_EQ(owner->user.id, UserId("ann"));
}

} // namespace
} // namespace gatehouse::login
