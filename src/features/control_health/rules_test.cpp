// What everybody may know of a broken control, and what not.
#include "features/control_health/rules.h"

#include <gtest/gtest.h>

namespace gatehouse::control_health {
namespace {
using domain::ControlState;

constexpr auto now = Instant::from_seconds(1'800'000'000);

ControlState state(std::string name, bool works, bool needed)
{
    ControlState made{.name = std::move(name), .works = works, .needed = needed};
    if (!works)
        made.detail = "connection to 10.0.0.5 as gatehouse refused";
    made.checked_at = now - 30s;
    return made;
}

TEST(ControlHealth, the_worst_state_is_that_of_all)
{
    EXPECT_EQ(view_of({}, {}, now).status, "operating");
    auto const good = state("ledger", true, true);
    auto const open = state("mail", false, false);
    auto const closed = state("lockout", false, true);
    auto young = good;
    young.checked_at.reset();
    EXPECT_EQ(view_of({good}, {}, now).status, "operating");
    EXPECT_EQ(view_of({young, good}, {}, now).status, "unchecked");
    EXPECT_EQ(view_of({young, open, good}, {}, now).status, "degraded");
    EXPECT_EQ(view_of({open, closed, good}, {}, now).status, "broken");
}

TEST(ControlHealth, a_broken_one_says_since_when_and_what_it_means_and_nothing_of_the_inside)
{
    std::map<std::string, domain::ControlWord> const told{
        {"ledger", {.works = true, .at = now - 1min}}, {"mail", {.works = false, .at = now - 5min}}
    };
    auto const view
        = view_of({state("ledger", true, true), state("mail", false, false)}, told, now);
    ASSERT_EQ(view.controls.size(), 2U);
    EXPECT_EQ(view.controls[0].state, "operating");
    EXPECT_FALSE(view.controls[0].since);
    EXPECT_FALSE(view.controls[0].cause);
    EXPECT_EQ(view.controls[1].state, "degraded");
    EXPECT_EQ(view.controls[1].since, now - 5min);
    EXPECT_EQ(view.controls[1].last_checked_at, now - 30s);
    EXPECT_EQ(view.controls[1].cause, "Mail does not leave: codes and links wait.");
}

} // namespace
} // namespace gatehouse::control_health
