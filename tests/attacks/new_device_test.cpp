// A sign-in from a device that is new is told to its person.
#include "attacks/new_device.h"

namespace gatehouse::testing {
namespace {

INSTANTIATE_ON_BOTH_DATABASES(NewDevice);

TEST_P(NewDevice, IsToldOnceAndNotAtTheFirstSignIn)
{
    auto const ann = world.add_person("ann@example.test");
    sign_in(ann, "home");
    sign_in(ann, "home");
    EXPECT_EQ(notices(ann), 0U);
    EXPECT_EQ(told(ann), 0);
    sign_in(ann, "elsewhere");
    sign_in(ann, "elsewhere");
    sign_in(ann, "home");
    EXPECT_EQ(notices(ann), 1U);
    EXPECT_EQ(told(ann), 1);
    sign_in(ann, "a third one");
    EXPECT_EQ(notices(ann), 2U);
    EXPECT_EQ(
        world.count("outbox o JOIN audit_ledger l ON l.id = o.ledger_id "
                    "WHERE l.event_type = 'LOGIN_SUCCESS'"),
        2
    ) << "each mail names its cause";
}

TEST_P(NewDevice, IsToldByItsUserAgentWhereItNamesNoFingerprint)
{
    auto const ann = world.add_person("ann@example.test");
    auto const login = login_as(ann.email, ann.password);
    EXPECT_EQ(world.call(login.with_agent("one/1.0")).status, 200);
    EXPECT_EQ(world.call(login.with_agent("one/1.0")).status, 200);
    EXPECT_EQ(notices(ann), 0U);
    EXPECT_EQ(world.call(login.with_agent("two/1.0")).status, 200);
    EXPECT_EQ(notices(ann), 1U);
}

TEST_P(NewDevice, IsToldOnceHoweverManySignInsComeAtTheSameTime)
{
    auto const ann = world.add_person("ann@example.test");
    sign_in(ann, "home");
    auto const call = post(
        organization_login,
        {{"email", ann.email}, {"password", ann.password}, {"deviceFingerprint", "elsewhere"}}
    );
    EXPECT_EQ(statuses_of(world.in_parallel(call, 8)), (std::map<int, int>{{200, 8}}));
    EXPECT_EQ(notices(ann), 1U);
    EXPECT_EQ(world.count("one_time_tokens WHERE purpose = 'deny_sign_in'"), 1);
}

TEST_P(NewDevice, IsToldAlsoWhereOneSessionIsAllowedAndTheOldOneGoes)
{
    world.settings.max_active_sessions_per_user = 1;
    auto const ann = world.add_person("ann@example.test");
    sign_in(ann, "home");
    world.clock.move_by(1s);
    sign_in(ann, "elsewhere");
    EXPECT_EQ(live_sessions(ann), 1);
    EXPECT_EQ(notices(ann), 1U);
    world.clock.move_by(1s);
    sign_in(ann, "home");
    world.clock.move_by(1s);
    sign_in(ann, "elsewhere");
    EXPECT_EQ(notices(ann), 2U) << "once for each device, however often they take turns";
}

TEST_P(NewDevice, IsMailedFiveTimesAnHourAndToldEveryTime)
{
    auto const ann = world.add_person("ann@example.test");
    for (int device = 0; device < 9; ++device)
        sign_in(ann, "device " + std::to_string(device));
    EXPECT_EQ(notices(ann), 5U);
    EXPECT_EQ(told(ann), 8);
    EXPECT_EQ(world.count("one_time_tokens WHERE purpose = 'deny_sign_in'"), 5);
    world.clock.move_by(1h);
    sign_in(ann, "device 9");
    EXPECT_EQ(notices(ann), 6U);
}

} // namespace
} // namespace gatehouse::testing
