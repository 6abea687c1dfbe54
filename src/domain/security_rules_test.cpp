// Who is let in, what a stored policy says, and how long a session lives by it.
#include "domain/security_rules.h"

#include "domain/session_life.h"
#include "domain/session_use.h"

#include <gtest/gtest.h>

namespace gatehouse::domain {
namespace {

Perimeter perimeter(std::vector<std::pair<IpAction, char const*>> const& rules)
{
    Perimeter made;
    for (auto const& [action, network] : rules)
        made.add(action, *Network::parse(network));
    return made;
}

TEST(Perimeter, IsOpenWithoutRules)
{
    EXPECT_TRUE(perimeter({}).lets_in("203.0.113.9"));
    EXPECT_TRUE(perimeter({}).lets_in("")) << "nobody asks for an address where there is no rule";
}

TEST(Perimeter, DenialWinsAndAllowanceShutsOutTheRest)
{
    auto const rules = perimeter(
        {{IpAction::deny, "10.1.0.0/16"}, {IpAction::allow, "10.0.0.0/8"}, {IpAction::allow, "::1"}}
    );
    EXPECT_TRUE(rules.lets_in("10.2.0.1"));
    EXPECT_TRUE(rules.lets_in("::1"));
    EXPECT_FALSE(rules.lets_in("10.1.0.1"));
    EXPECT_FALSE(rules.lets_in("11.0.0.1"));
    auto const office
        = perimeter({{IpAction::allow, "198.51.100.0/24"}, {IpAction::allow, "::/0"}});
    EXPECT_TRUE(office.lets_in("2001:db8::1"));
    EXPECT_FALSE(office.lets_in("203.0.113.9"));
}

TEST(Perimeter, LetsNobodyInWhoseAddressIsUnknown)
{
    for (auto const* const address : {"", "unknown", "10.0.0.1:80", "10.0.0.1 "}) {
        EXPECT_FALSE(perimeter({{IpAction::deny, "192.0.2.0/24"}}).lets_in(address)) << address;
        EXPECT_FALSE(perimeter({{IpAction::allow, "::/0"}}).lets_in(address)) << address;
    }
}

TEST(SecurityPolicy, IsReadAsItWasWritten)
{
    SecurityPolicy policy;
    EXPECT_EQ(to_stored(policy), "{}");
    EXPECT_EQ(parse_policy("{}"), policy);
    policy.step_up = {StepUpPurpose::change_role, StepUpPurpose::billing_change};
    policy.second_factor_required = true;
    policy.idle_life = 30min;
    policy.absolute_life = 8h;
    EXPECT_EQ(parse_policy(to_stored(policy)), policy);
}

TEST(SecurityPolicy, IsNothingWhereItCannotBeUnderstood)
{
    for (auto const* const text :
         {"",
          "null",
          "[]",
          R"({"secondFactorRequired":1})",
          R"({"stepUp":["everything"]})",
          R"({"stepUp":"change_role"})",
          R"({"sessionIdleSeconds":0})",
          R"({"sessionIdleSeconds":"60"})",
          R"({"newer":true})"})
        EXPECT_FALSE(parse_policy(text)) << text;
}

TEST(SessionLife, ComesToItsEndsEarlierNeverLater)
{
    auto const now = Instant::from_milliseconds(1'795'331'109'123);
    Session session;
    session.created_at = now - 1h;
    session.expires_at = now + 2h;
    session.absolute_expires_at = now + 24h;
    auto same = session;
    EXPECT_FALSE(limit_life(same, {}, now));
    SecurityPolicy generous;
    generous.idle_life = 3h;
    generous.absolute_life = 48h;
    EXPECT_FALSE(limit_life(same, generous, now));
    SecurityPolicy strict;
    strict.idle_life = 30min;
    strict.absolute_life = 80min;
    EXPECT_TRUE(limit_life(session, strict, now));
    EXPECT_EQ(session.absolute_expires_at, now + 20min);
    EXPECT_EQ(session.expires_at, now + 20min);
}

TEST(SessionLife, UseMovesAShortIdleEndOften)
{
    auto const now = Instant::from_milliseconds(1'795'331'109'123);
    Session session;
    session.absolute_expires_at = now + 24h;
    SecurityPolicy policy;
    policy.idle_life = 30min;
    session.expires_at = now + 25min;
    EXPECT_EQ(moved_idle_end(session, policy, now), std::nullopt);
    session.expires_at = now + 23min;
    EXPECT_EQ(moved_idle_end(session, policy, now), now + 30min);
    session.expires_at = now + 24h * 6 + 1h; // without a policy once a day
    session.absolute_expires_at = now + 24h * 30;
    EXPECT_EQ(moved_idle_end(session, {}, now), std::nullopt);
    session.expires_at = now + 24h * 6 - 1ms;
    EXPECT_EQ(moved_idle_end(session, {}, now), now + 24h * 7);
}

} // namespace
} // namespace gatehouse::domain
