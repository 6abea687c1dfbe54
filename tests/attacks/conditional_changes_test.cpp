// If-Match: of several who change what they have seen, one wins and nobody is overwritten unseen.
#include "support/world_fixture.h"

namespace gatehouse::testing {
namespace {

class ConditionalChanges : public InAWorld {
protected:
    Person owner = world.add_person("owner@a.test", "house");
    std::string token = world.signed_in(owner).text("token");

    struct Thing {
        std::string path;
        std::string member; // of which any text is good
        std::string column; // FROM …
    };
    std::string made(std::string const& path, json::Object body)
    {
        auto const answer = world.call(post(path, std::move(body)).as(token));
        EXPECT_EQ(answer.status, 201) << answer.body;
        return path + "/" + answer.text("id");
    }
    std::vector<Thing> things()
    {
        auto const of_type = [](std::string const& type) {
            return "name FROM resources WHERE type = '" + type + "'";
        };
        json::Object const report{{"type", "sessions"}, {"format", "csv"}};
        json::Object const role{{"name", "zero"}, {"permissions", json::Array()}};
        return {
            {"/api/users/" + owner.id, "firstName", "first_name FROM users"},
            {"/api/organizations/house", "industry", "industry FROM organizations"},
            {made("/api/clients", {{"name", "zero"}}), "name", of_type("client")},
            {made("/api/workflows", {{"name", "zero"}}), "name", of_type("workflow")},
            {made("/api/reports", report), "name", of_type("report")},
            {made("/api/organizations/house/roles", role), "name", "name FROM custom_roles"},
        };
    }
    std::string tag(Thing const& thing)
    {
        auto const answer = world.call(get(thing.path).as(token));
        EXPECT_EQ(answer.status, 200);
        return answer.header("etag");
    }
    Call change(Thing const& thing, std::string const& text, std::string const& condition = {})
    {
        auto call = patch(thing.path, {{thing.member, text}}).as(token);
        if (!condition.empty())
            call.headers.emplace_back("if-match", condition);
        return call;
    }
};
INSTANTIATE_ON_BOTH_DATABASES(ConditionalChanges);

TEST_P(ConditionalChanges, TheVersionSeenMayBeChangedAndNoOther)
{
    for (auto const& thing : things()) {
        auto const seen = tag(thing);
        EXPECT_EQ(seen.size(), 34U) << seen;
        EXPECT_EQ(tag(thing), seen) << "reading changes nothing";
        auto const changed = world.call(change(thing, "one", seen));
        EXPECT_EQ(changed.status, 200) << changed.body;
        EXPECT_EQ(changed.header("etag"), tag(thing)) << "the answer's tag is good for the next";
        auto const rows = world.events().size();
        auto const late = world.call(change(thing, "two", seen));
        EXPECT_EQ(late.status, 412) << late.body;
        EXPECT_EQ(late.code(), "PRECONDITION_FAILED");
        EXPECT_EQ(late.header("etag"), "");
        EXPECT_EQ(world.text(thing.column), "one");
        EXPECT_EQ(world.events().size(), rows) << "nothing changed";
        EXPECT_EQ(world.call(change(thing, "three", "\"x\", " + tag(thing))).status, 200);
        EXPECT_EQ(world.call(change(thing, "four", "*")).status, 200);
        EXPECT_EQ(world.call(change(thing, "five", "W/" + tag(thing))).status, 412);
        EXPECT_EQ(world.call(change(thing, "six", "no tag")).status, 400);
        EXPECT_EQ(world.call(change(thing, "seven")).status, 200) << "without: the last one wins";
        EXPECT_EQ(world.text(thing.column), "seven");
    }
}

// Two changes within one millisecond, and one by SQL that moves no time, are other versions too.
TEST_P(ConditionalChanges, EveryChangeIsAnotherVersion)
{
    auto const thing = things().front();
    auto const seen = tag(thing);
    world.outside().query("UPDATE users SET last_name = 'By SQL'");
    EXPECT_NE(tag(thing), seen);
    EXPECT_EQ(world.call(change(thing, "one", seen)).status, 412);
}

TEST_P(ConditionalChanges, OfManyAtOnceOneWins)
{
    for (auto const& thing : things())
        for (int round = 0; round < 6; ++round) {
            auto const seen = tag(thing);
            std::vector<Call> calls;
            for (int each = 0; each < 8; ++each)
                calls.push_back(
                    change(thing, std::to_string(round) + "-" + std::to_string(each), seen)
                );
            EXPECT_EQ(
                statuses_of(world.in_parallel(calls)), (std::map<int, int>{{200, 1}, {412, 7}})
            );
        }
}

TEST_P(ConditionalChanges, OfThePlanToo)
{
    Thing const thing{"/api/billing/subscription", "plan", "plan FROM organizations"};
    auto const seen = tag(thing);
    EXPECT_EQ(world.call(change(thing, "pro", "\"other\"")).status, 412);
    EXPECT_EQ(world.call(change(thing, "nonsense", "\"other\"")).status, 400);
    auto const changed = world.call(change(thing, "pro", seen));
    EXPECT_EQ(changed.status, 200) << changed.body;
    EXPECT_EQ(changed.header("etag"), tag(thing));
    EXPECT_EQ(world.call(change(thing, "free", seen)).status, 412);
    EXPECT_EQ(world.text(thing.column), "pro");
}

// A preview is no version of the role, and who holds the role changes none.
TEST_P(ConditionalChanges, ARoleIsTheSameWhoeverHoldsIt)
{
    auto const role = things().back();
    auto const seen = tag(role);
    auto preview = change(role, "other");
    preview.target += "?dryRun=1";
    EXPECT_EQ(world.call(preview).header("etag"), "");
    auto const id = role.path.substr(role.path.rfind('/') + 1);
    world.outside().query("UPDATE users SET custom_role_id = $1", sql::values(id));
    EXPECT_EQ(tag(role), seen);
    EXPECT_EQ(world.call(change(role, "other", seen)).status, 200);
}

// With an address in the change, nothing of it is left behind: no mail, no link.
TEST_P(ConditionalChanges, ALateNewAddressLeavesNothing)
{
    auto const made = world.add_person("made@a.test", "house");
    Thing const thing{"/api/users/" + made.id, "email", ""};
    auto const seen = tag(thing);
    EXPECT_EQ(world.call(change(thing, "first@a.test", seen)).status, 200);
    EXPECT_EQ(world.call(change(thing, "second@a.test", seen)).status, 412);
    EXPECT_EQ(world.count("outbox"), 1);
    EXPECT_EQ(world.count("users WHERE email = 'second@a.test'"), 0);
    std::vector<Call> calls;
    auto const now_is = tag(thing);
    for (int each = 0; each < 4; ++each)
        calls.push_back(change(thing, "to" + std::to_string(each) + "@a.test", now_is));
    EXPECT_EQ(statuses_of(world.in_parallel(calls)), (std::map<int, int>{{200, 1}, {412, 3}}));
}

// Who may not is told nothing of versions.
TEST_P(ConditionalChanges, RightsAreJudgedFirst)
{
    auto const stranger = world.signed_in(world.add_person("stranger@b.test")).text("token");
    for (auto const& thing : things()) {
        EXPECT_EQ(world.call(change(thing, "x", "\"old\"").as(stranger)).status, 403);
        EXPECT_EQ(world.call(change(thing, "x", "\"old\"").as("")).status, 401);
    }
    EXPECT_EQ(world.call(change({"/api/users/none", "firstName", ""}, "x", "*")).status, 404);
}

} // namespace
} // namespace gatehouse::testing
