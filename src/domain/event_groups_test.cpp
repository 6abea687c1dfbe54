// Groups of events, as spec/api §10 lists them.
#include "domain/event_groups.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

namespace gatehouse::domain {
namespace {

using Names = std::vector<std::string>;

TEST(EventGroups, AnEventMayBeInTwoInOneOrInNone)
{
    EXPECT_EQ(groups_of("ACCOUNT_LOCKED"), (Names{"CC7", "CC8"}));
    EXPECT_EQ(groups_of("ANOMALY_SCORE_HIGH"), (Names{"CC8", "CC9"}));
    EXPECT_EQ(groups_of("LOGIN_SUCCESS"), (Names{"CC6", "CC9"}));
    EXPECT_EQ(groups_of("FORCE_LOGOUT"), Names{"CC8"});
    EXPECT_EQ(groups_of("IP_RULE_CREATED"), Names{"CC7"});
    EXPECT_EQ(groups_of("USER_UPDATED"), Names());
}

TEST(EventGroups, NamesAreWholeAndExact)
{
    for (auto const* const name : {"", " ", "LOGIN", "LOGIN_", "login_success", "LOGIN_SUCCESS "}) {
        EXPECT_FALSE(is_event_name(name)) << name;
        EXPECT_EQ(groups_of(name), Names()) << name;
    }
    EXPECT_TRUE(is_event_name("LOGIN_SUCCESS"));
    EXPECT_TRUE(is_event_name("AI_AGENT_USED"));
}

TEST(EventGroups, AGroupHoldsItsEventsAndNoOtherGroupIsThere)
{
    for (auto const* const group : {"CC6", "CC7", "CC8", "CC9"}) {
        auto const events = events_in_group(group);
        ASSERT_TRUE(events) << group;
        for (auto const& event : *events) {
            auto const groups = groups_of(event);
            EXPECT_NE(std::ranges::find(groups, group), groups.end()) << event;
        }
    }
    EXPECT_FALSE(events_in_group("CC1"));
    EXPECT_FALSE(events_in_group(""));
}

} // namespace
} // namespace gatehouse::domain
