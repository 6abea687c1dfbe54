// Whoever loses a right while a request that rests on it is on its way does nothing with it any
// more; and requests that rest on theirs do not wait for each other.
#include "domain/members.h"
#include "domain/organizations.h"
#include "domain/resources.h"
#include "stores/postgres_fixture.h"
#include "support/world_fixture.h"

#include <algorithm>
#include <functional>
#include <future>
#include <semaphore>
#include <thread>

namespace gatehouse::testing {
namespace {

using domain::OrganizationId;
using domain::UnitOfWork;
using domain::UserId;

class Standing : public InAWorld {
protected:
    OrganizationId const house = OrganizationId("house");
    Person owner = world.add_person("owner@a.test", "house");
    Person admin = world.add_person("admin@a.test", "house");
    Person staff = world.add_person("staff@a.test", "house");
    std::string owner_token = world.signed_in(owner).text("token");
    std::string token; // of the admin

    void SetUp() override
    {
        update(admin, "role = 'admin'");
        update(staff, "role = 'staff'");
        token = world.signed_in(admin).text("token");
    }
    std::string client(char const* name)
    {
        auto const made = world.call(post("/api/clients", {{"name", name}}).as(owner_token));
        EXPECT_EQ(made.status, 201) << made.body;
        return made.text("id");
    }
    Call assigning(std::string const& client, Person const& whom)
    {
        return post(
                   "/api/assignments",
                   {{"resourceType", "client"}, {"resourceId", client}, {"userId", whom.id}}
        ).as(token);
    }
    // Everything that rests on what an admin may and stands below the organization.
    std::vector<Call> by_the_admin()
    {
        auto const assigned = world.call(assigning(client("assigned"), staff));
        auto const person = "/api/users/" + staff.id;
        json::Object const offer{{"email", "offer@a.test"}, {"role", "staff"}};
        auto const offers = std::string("/api/organizations/house/invitations");
        auto const offered = world.call(post(offers, offer).as(token));
        EXPECT_EQ(offered.status, 201) << offered.body;
        return {
            post("/api/clients", {{"name", "made"}}).as(token),
            patch("/api/clients/" + client("changed"), {{"name", "other"}}).as(token),
            remove("/api/clients/" + client("removed")).as(token),
            assigning(client("free"), staff),
            remove("/api/assignments/" + assigned.text("id")).as(token),
            patch(person, {{"firstName", "Other"}}).as(token),
            patch(person, {{"email", "other@a.test"}}).as(token),
            patch("/api/organizations/house", {{"industry", "other"}}).as(token),
            remove(offers + "/" + offered.text("id")).as(token),
            post(
                "/api/users",
                {{"organizationId", "house"},
                 {"email", "added@a.test"},
                 {"password", ServiceWorld::usual_password()}}
            ).as(token),
        };
    }

    // The answers to calls that were let in before `meanwhile`, under the lock on the organization,
    // was committed.
    std::vector<Answer>
    held_up(std::vector<Call> calls, std::function<Async<void>(UnitOfWork&)> meanwhile)
    {
        auto unit = world.run(world.storage().begin());
        world.run(unit->organizations().lock(house));
        world.run(meanwhile(*unit));
        // What the lesser role may too fails only for who was let in before.
        std::counting_semaphore<16> let_in(0);
        std::size_t with_body = 0;
        for (auto& call : calls) {
            if (call.body.empty())
                continue;
            ++with_body;
            call.while_the_body_arrives = [&let_in] {
                let_in.release();
            };
        }
        auto answers = std::async(std::launch::async, [&] { return world.in_parallel(calls); });
        for (std::size_t each = 0; each < with_body; ++each)
            EXPECT_TRUE(let_in.try_acquire_for(20s)) << "not let in";
        std::this_thread::sleep_for(200ms); // enough to wait for the lock
        world.run(unit->commit());
        unit.reset();
        return answers.get();
    }
};
INSTANTIATE_ON_BOTH_DATABASES(Standing);

TEST_P(Standing, WhoIsDemotedMeanwhileChangesNothing)
{
    auto const calls = by_the_admin();
    auto const rows = world.events().size();
    // So few at once that none waits for a connection, and the lock is held but for a moment.
    constexpr std::ptrdiff_t together = 3;
    for (auto from = calls.begin(); from != calls.end();) {
        auto const to = from + std::min(together, calls.end() - from);
        std::vector<Call> const some(from, to);
        auto const answers = held_up(some, [this](UnitOfWork& work) -> Async<void> {
            UserId const who(admin.id);
            co_await work.members().change_role(house, who, domain::Role::staff, world.clock.now());
        });
        for (std::size_t at = 0; at < some.size(); ++at)
            EXPECT_EQ(answers[at].status, 403) << some[at].target << ": " << answers[at].body;
        update(admin, "role = 'admin'");
        from = to;
    }
    EXPECT_EQ(world.events().size(), rows + calls.size()) << "each of them denied, and no more";
    EXPECT_EQ(ledger_rows("PERMISSION_DENIED"), static_cast<std::int64_t>(calls.size()));
}

// What was let in with a right that lasts is done, however many do it at once.
TEST_P(Standing, WhoStaysChangesEverything)
{
    for (auto const& call : by_the_admin()) {
        auto const answer = world.call(call);
        EXPECT_LT(answer.status, 300) << call.target << ": " << answer.body;
    }
}

TEST_P(Standing, NobodyWaitsInACircle)
{
    auto const changing = client("changed");
    auto const role = "/api/users/" + staff.id + "/role";
    std::vector<Call> calls;
    for (int each = 0; each < 6; ++each) {
        auto const text = std::to_string(each);
        calls.push_back(post("/api/clients", {{"name", text}}).as(token));
        calls.push_back(patch("/api/clients/" + changing, {{"name", text}}).as(token));
        calls.push_back(patch("/api/organizations/house", {{"industry", text}}).as(owner_token));
        calls.push_back(patch("/api/users/" + staff.id, {{"firstName", text}}).as(token));
        auto const* const next = each % 2 ? "staff" : "manager";
        calls.push_back(patch(role, {{"role", next}}).as(owner_token));
        calls.push_back(assigning(changing, staff));
    }
    for (int round = 0; round < 5; ++round)
        for (auto const& answer : world.in_parallel(calls))
            EXPECT_LT(answer.status, 300) << answer.body;
}

TEST_P(Standing, AResourceThatGoesMeanwhileIsNoOutageForWhoAssignsIt)
{
    auto const doomed = client("doomed");
    auto unit = world.run(world.storage().begin());
    EXPECT_TRUE(world.run(unit->resources().remove(house, "client", domain::ResourceId(doomed))));
    auto const call = assigning(doomed, staff);
    auto answer = std::async(std::launch::async, [&] { return world.in_parallel({call}).front(); });
    std::this_thread::sleep_for(400ms);
    world.run(unit->commit());
    unit.reset();
    auto const said = answer.get();
    EXPECT_EQ(said.status, 404) << said.body;
}

// The same right may be used by many at once. PostgreSQL alone: SQLite has one writer.
class StandingOnPostgres : public Standing { };
INSTANTIATE_ON_POSTGRES(StandingOnPostgres);

TEST_P(StandingOnPostgres, RequestsThatRestOnTheirsDoNotWaitForEachOther)
{
    auto unit = world.run(world.storage().begin());
    EXPECT_TRUE(world.run(unit->organizations().hold_standing(house)));
    auto const call = post("/api/clients", {{"name", "beside"}}).as(token);
    auto answer = std::async(std::launch::async, [&] { return world.in_parallel({call}).front(); });
    EXPECT_EQ(answer.wait_for(10s), std::future_status::ready) << "it waits for the other";
    world.run(unit->commit());
    unit.reset();
    EXPECT_EQ(answer.get().status, 201);
}

} // namespace
} // namespace gatehouse::testing
