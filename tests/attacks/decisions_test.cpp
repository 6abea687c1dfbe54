// Ids of decisions after their day.
#include "support/world_fixture.h"

namespace gatehouse::testing {
namespace {

class Decisions : public InAWorld {
protected:
    Person owner = world.add_person("owner@a.test", "house");

    Answer explained(std::string const& id) // by a session of the moment: none lives for a day
    {
        auto const token = world.signed_in(owner).text("token");
        return world.call(get("/api/authz/decisions/" + id).as(token));
    }
    std::string decided()
    {
        auto const token = world.signed_in(owner).text("token");
        auto const asked = post("/api/authz/check", {{"action", "clients.view"}});
        auto const answer = world.call(asked.as(token));
        EXPECT_EQ(answer.status, 200) << answer.body;
        return answer.text("decisionId");
    }
};
INSTANTIATE_ON_BOTH_DATABASES(Decisions);

TEST_P(Decisions, AreExplainedForADayAndGoneAfterwards)
{
    auto const id = decided();
    world.clock.move_by(24h);
    EXPECT_EQ(explained(id).status, 200) << "over midnight, to the end of its day";
    world.clock.move_by(1ms);
    auto const late = explained(id);
    EXPECT_EQ(late.status, 410) << late.body;
    EXPECT_EQ(late.code(), "GONE");
    world.clock.move_by(24h * 400);
    EXPECT_EQ(explained(id).status, 410);
    auto const fresh = decided();
    EXPECT_EQ(explained(fresh).status, 200);
    EXPECT_NE(fresh.substr(0, fresh.find('.')), id.substr(0, id.find('.'))) << "of another day";
}

TEST_P(Decisions, WhatWasMadeUpIsNowhereHoweverOldItSaysItIs)
{
    auto id = decided();
    world.clock.move_by(24h * 2);
    id.back() = id.back() == 'A' ? 'B' : 'A';
    id[id.size() / 2] = id[id.size() / 2] == 'A' ? 'B' : 'A';
    EXPECT_EQ(explained(id).status, 404);
    EXPECT_EQ(explained("1.AAAA").status, 404);
}

} // namespace
} // namespace gatehouse::testing
