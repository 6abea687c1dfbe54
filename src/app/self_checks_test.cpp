// Controls that break are noticed, told once, and told later where the ledger is what is broken.
#include "app/self_checks.h"

#include "core/event_loop.h"
#include "core/metrics.h"
#include "support/world_fixture.h"

#include <memory>
#include <stdexcept>

namespace gatehouse::app {
namespace {
using gatehouse::testing::InAWorld;

// A control that is broken by hand.
struct Toy {
    std::string trouble;
    bool hangs = false;
    int asked = 0;

    SelfChecks::Canary canary()
    {
        return [this]() -> Async<void> {
            ++asked;
            while (hangs)
                co_await EventLoop::current()->sleep(1ms);
            if (!trouble.empty())
                throw std::runtime_error(trouble);
        };
    }
    SelfChecks::Look look()
    {
        return [this] {
            return trouble;
        };
    }
};

Async<void> a_moment()
{
    co_await EventLoop::current()->sleep(2ms);
}

class ControlsThatBreak : public InAWorld {
protected:
    std::unique_ptr<SelfChecks> node(Duration may_take = 5s, Duration may_be_old = 1h)
    {
        SelfChecks::Limits const limits{.may_take = may_take, .may_be_old = may_be_old};
        auto made = std::make_unique<SelfChecks>(world.storage(), world.clock, limits);
        made->add({"toy", false}, toy.canary());
        made->add({"other", true}, other.canary());
        return made;
    }
    // `CONTROL_DEGRADED toy`, oldest first.
    std::string told()
    {
        std::string all;
        auto const rows = world.outside().query("SELECT event_type, resource_id FROM audit_ledger "
                                                "WHERE resource = 'control' ORDER BY id");
        for (auto const row : rows)
            all += row.text(0) + " " + row.text(1) + ", ";
        return all;
    }
    static double works(std::string_view control)
    {
        return metrics::value("gatehouse_control_works", {{"control", control}});
    }
    domain::ControlState state(SelfChecks& checks, std::string const& name)
    {
        for (auto const& state : world.run(checks.states()))
            if (state.name == name)
                return state;
        throw std::runtime_error("no such control");
    }

    Toy toy;
    Toy other;
};
INSTANTIATE_ON_BOTH_DATABASES(ControlsThatBreak);

TEST_P(ControlsThatBreak, AreToldOncePerChangeInTheLedgerAMetricAndTheirState)
{
    auto const checks = node();
    EXPECT_FALSE(state(*checks, "toy").checked_at) << "nobody has looked yet";
    world.run(checks->run());
    EXPECT_EQ(told(), "");
    EXPECT_EQ(works("toy"), 1);
    EXPECT_EQ(state(*checks, "toy").checked_at, world.clock.now());
    toy.trouble = "the inside of it";
    for (int round = 0; round < 3; ++round) {
        world.run(checks->run());
        EXPECT_EQ(told(), "CONTROL_DEGRADED toy, ");
        EXPECT_EQ(works("toy"), 0);
        auto const shown = state(*checks, "toy");
        EXPECT_FALSE(shown.works);
        EXPECT_EQ(shown.detail, "the inside of it");
        world.clock.move_by(60s);
    }
    EXPECT_TRUE(state(*checks, "other").works);
    EXPECT_EQ(
        world.count("audit_ledger WHERE details LIKE '%the inside%' OR organization_id <> 'system'"
        ),
        0
    );
    toy.trouble.clear();
    world.run(checks->run());
    world.run(checks->run());
    EXPECT_EQ(told(), "CONTROL_DEGRADED toy, CONTROL_RECOVERED toy, ");
    EXPECT_EQ(works("toy"), 1);
}

TEST_P(ControlsThatBreak, OneThatHangsIsBrokenAndKeepsNoOtherWaiting)
{
    auto const checks = node(50ms);
    toy.hangs = true;
    other.trouble = "broken as well";
    world.run(checks->run());
    EXPECT_FALSE(state(*checks, "toy").works);
    EXPECT_NE(state(*checks, "toy").detail.find("has not answered"), std::string::npos);
    EXPECT_EQ(state(*checks, "other").detail, "broken as well");
    world.run(checks->run());
    EXPECT_EQ(toy.asked, 1) << "a second one would hang beside the first";
    EXPECT_EQ(other.asked, 2);
    toy.hangs = false;
    other.trouble.clear();
    for (int round = 0; round < 100 && !state(*checks, "toy").works; ++round) {
        world.run(a_moment());
        world.run(checks->run());
    }
    EXPECT_TRUE(state(*checks, "toy").works);
    EXPECT_TRUE(state(*checks, "other").works);
    auto const all = told();
    for (auto const* const row :
         {"CONTROL_DEGRADED toy",
          "CONTROL_DEGRADED other",
          "CONTROL_RECOVERED toy",
          "CONTROL_RECOVERED other"})
        EXPECT_EQ(all.find(row), all.rfind(row)) << all << row;
    EXPECT_EQ(world.count("audit_ledger WHERE resource = 'control'"), 4);
}

TEST_P(ControlsThatBreak, WhatNoRoundHasLookedAtForLongIsNoLongerSaidToWork)
{
    auto const late = node(5s, 20ms);
    world.run(late->run());
    auto const end = std::chrono::steady_clock::now() + 5s;
    while (state(*late, "toy").works && std::chrono::steady_clock::now() < end)
        world.run(a_moment());
    auto const found = state(*late, "toy");
    EXPECT_FALSE(found.works);
    EXPECT_EQ(found.detail, "was not checked: no round ends");
    auto const in_time = node();
    world.run(in_time->run());
    world.run(a_moment());
    EXPECT_TRUE(state(*in_time, "toy").works);
}

TEST_P(ControlsThatBreak, OfTwoNodesOneTells)
{
    auto const one = node();
    auto const two = node();
    auto const both = [&] {
        world.run(one->run());
        world.run(two->run());
    };
    both();
    toy.trouble = "for both";
    both();
    both();
    EXPECT_EQ(told(), "CONTROL_DEGRADED toy, ");
    toy.trouble.clear();
    both();
    both();
    EXPECT_EQ(told(), "CONTROL_DEGRADED toy, CONTROL_RECOVERED toy, ");
}

TEST_P(ControlsThatBreak, WhatIsBrokenOnOneNodeAloneIsSaidAgainAfterAnotherRecovered)
{
    auto const one = node();
    SelfChecks two(world.storage(), world.clock, {});
    Toy elsewhere;
    two.add({"toy", false}, elsewhere.canary());
    toy.trouble = elsewhere.trouble = "here and there";
    world.run(one->run());
    world.run(two.run());
    elsewhere.trouble.clear();
    world.run(two.run());
    world.run(one->run());
    EXPECT_EQ(told(), "CONTROL_DEGRADED toy, CONTROL_RECOVERED toy, CONTROL_DEGRADED toy, ");
}

TEST_P(ControlsThatBreak, ANodeThatEndedMeanwhileSaysAfterItsStartThatItWorksAgain)
{
    toy.trouble = "before the end";
    world.run(node()->run());
    toy.trouble.clear();
    auto const again = node();
    world.run(again->look_around());
    EXPECT_EQ(told(), "CONTROL_DEGRADED toy, ") << "not before it has looked";
    world.run(again->run());
    world.run(again->run());
    EXPECT_EQ(told(), "CONTROL_DEGRADED toy, CONTROL_RECOVERED toy, ");
}

TEST_P(ControlsThatBreak, WhileTheLedgerCannotBeWrittenTheRowsWait)
{
    auto const checks = node();
    world.run(checks->run());
    bool const on_sqlite = GetParam() == sql::Dialect::sqlite;
    auto const rename = [&](std::string const& from, std::string const& to) {
        if (on_sqlite)
            world.outside().run("PRAGMA legacy_alter_table = ON");
        world.outside().run("ALTER TABLE " + from + " RENAME TO " + to);
    };
    rename("audit_ledger", "audit_ledger_away");
    toy.trouble = "meanwhile";
    world.run(checks->run());
    EXPECT_EQ(works("toy"), 0);
    EXPECT_FALSE(state(*checks, "toy").works);
    toy.trouble.clear();
    world.run(checks->run());
    rename("audit_ledger_away", "audit_ledger");
    EXPECT_EQ(told(), "");
    world.run(checks->look_around());
    EXPECT_EQ(told(), "CONTROL_DEGRADED toy, CONTROL_RECOVERED toy, ");
}

TEST_P(ControlsThatBreak, WhatOneKnowsOfItselfIsLookedAtBetweenTheRounds)
{
    SelfChecks checks(world.storage(), world.clock, {});
    checks.watch({"toy", false}, toy.look());
    world.run(checks.run());
    toy.trouble = "just now";
    EXPECT_EQ(state(checks, "toy").detail, "just now") << "without any round";
    world.run(checks.look_around());
    EXPECT_EQ(told(), "CONTROL_DEGRADED toy, ");
    EXPECT_EQ(works("toy"), 0);
    toy.trouble.clear();
    world.run(checks.look_around());
    EXPECT_EQ(told(), "CONTROL_DEGRADED toy, CONTROL_RECOVERED toy, ");
}

} // namespace
} // namespace gatehouse::app
