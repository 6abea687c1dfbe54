// With rows kept in memory: whatever ends a session or a right ends it for the very next request,
// and what has not changed is asked of the database once.
#include "domain/directory.h"
#include "domain/kept_reading.h"
#include "support/world_fixture.h"

#include <functional>

namespace gatehouse::testing {
namespace {

class AlwaysCurrent final : public ChangeSource {
public:
    bool is_current() noexcept override { return current; }
    std::atomic<bool> current = true;
};

class KeptInMemory : public InAWorld {
protected:
    KeptInMemory() { world.kept.changes.follow(source); }

    void sign_in()
    {
        owner = world.registered("owner@example.test");
        world.outside().run(
            "UPDATE users SET email_verified = true; UPDATE organizations SET kind = 'business'"
        );
        owner_token = world.signed_in(owner).text("token");
        staff = colleague("staff@example.test");
        token = world.signed_in(staff).text("token");
    }
    // By the API, so that the id is one that is kept.
    Person colleague(std::string const& email)
    {
        auto const made = world.call(post(
                                         "/api/users",
                                         {{"email", email},
                                          {"password", ServiceWorld::usual_password()},
                                          {"organizationId", owner.organization_id}}
        ).as(owner_token));
        EXPECT_EQ(made.status, 201) << made.body;
        return {
            .id = made.text("id"),
            .organization_id = owner.organization_id,
            .email = email,
            .password = ServiceWorld::usual_password()
        };
    }
    int validated(std::string const& what)
    {
        return world.call(post("/api/v1/auth/validate", {{"token", what}})).status;
    }
    std::size_t statements(std::function<void()> const& act)
    {
        world.faults().arm({});
        act();
        return world.faults().seen();
    }
    Answer assign(std::string const& client)
    {
        auto const body = json::Object{
            {"resourceType", "client"}, {"resourceId", client}, {"userId", staff.id}
        };
        auto answer = world.call(post("/api/assignments", body).as(owner_token));
        EXPECT_EQ(answer.status, 201) << answer.body;
        return answer;
    }
    std::string client()
    {
        auto const made = world.call(post("/api/clients", {{"name", "C"}}).as(owner_token));
        EXPECT_EQ(made.status, 201) << made.body;
        return made.text("id");
    }
    std::string assigned_client()
    {
        auto made = client();
        assign(made);
        return made;
    }
    int by_owner(Call call) { return world.call(std::move(call).as(owner_token)).status; }
    bool may(std::string const& action, std::string const& client)
    {
        json::Object resource{{"type", "client"}, {"id", client}};
        auto const answer = world.call(
            post("/api/authz/check", {{"action", action}, {"resource", resource}}).as(token)
        );
        EXPECT_EQ(answer.status, 200) << answer.body;
        auto const* const allowed = answer.member("allowed");
        return allowed && *allowed->boolean();
    }

    AlwaysCurrent source;
    Person owner;
    Person staff;
    std::string owner_token;
    std::string token; // of the staff
};
INSTANTIATE_ON_BOTH_DATABASES(KeptInMemory);

TEST_P(KeptInMemory, ASessionIsReadOnce)
{
    sign_in();
    EXPECT_EQ(validated(token), 200);
    EXPECT_EQ(statements([&] { EXPECT_EQ(validated(token), 200); }), 0U);
    source.current = false;
    EXPECT_GT(statements([&] { EXPECT_EQ(validated(token), 200); }), 0U) << "the feed is down";
}

// From where an organization is entered is asked of the database once, like the session; what
// changes it counts for the very next request.
TEST_P(KeptInMemory, RulesAboutAddressesCostNoQuestionAndCountAtOnce)
{
    sign_in();
    EXPECT_EQ(validated(token), 200);
    world.outside().run("INSERT INTO step_up_challenges (organization_id, user_id, session_id, "
                        "purpose, method, expires_at, satisfied_at) SELECT organization_id, "
                        "user_id, id, 'ip_rule_change', 'email_otp', '2100-01-01T00:00:00.000Z', "
                        "'2100-01-01T00:00:00.000Z' FROM sessions");
    json::Object const rule{{"action", "deny"}, {"network", "203.0.113.0/24"}};
    auto const made = world.call(post("/api/security/ip-rules", rule).as(owner_token));
    EXPECT_EQ(made.status, 201) << made.body;
    auto const inside = get("/api/users/me").as(token);
    auto const outside = inside.from("203.0.113.9");
    EXPECT_EQ(world.call(outside).status, 403);
    EXPECT_EQ(validated(token), 200);
    EXPECT_EQ(statements([&] { EXPECT_EQ(validated(token), 200); }), 0U);
    auto const path = "/api/security/ip-rules/" + made.text("id");
    EXPECT_EQ(by_owner(patch(path, {{"enabled", false}})), 200);
    EXPECT_EQ(world.call(outside).status, 200);
    EXPECT_EQ(by_owner(patch(path, {{"enabled", true}})), 200);
    EXPECT_EQ(world.call(outside).status, 403);
    EXPECT_EQ(by_owner(remove(path)), 204);
    EXPECT_EQ(world.call(outside).status, 200);
}

TEST_P(KeptInMemory, ADecisionIsAskedOfTheDatabaseOnce)
{
    sign_in();
    auto const client = assigned_client();
    EXPECT_TRUE(may("view", client));
    EXPECT_EQ(statements([&] { EXPECT_TRUE(may("view", client)); }), 0U);
    auto const other = this->client();
    EXPECT_FALSE(may("view", other));
    EXPECT_EQ(statements([&] { EXPECT_FALSE(may("view", other)); }), 0U);
}

TEST_P(KeptInMemory, WhateverEndsASessionEndsItForTheNextRequest)
{
    sign_in();
    auto const user = "/api/users/" + staff.id;
    std::string session;
    auto const ends = [&](char const* what, std::function<int()> const& act) {
        auto const signed_in = world.signed_in(staff);
        auto const fresh = signed_in.text("token");
        session = signed_in.text("sessionId");
        EXPECT_EQ(validated(fresh), 200);
        EXPECT_LT(act(), 300) << what;
        EXPECT_EQ(validated(fresh), 401) << what;
    };
    ends("revoking it", [&] {
        return world.call(remove("/api/auth/sessions/" + session).as(token)).status;
    });
    ends("signing out everywhere", [&] {
        return world.call(post("/api/auth/logout-all").as(token)).status;
    });
    ends("a reset", [&] {
        return reset(forgotten_link(staff.email), ServiceWorld::usual_password() + "x").status;
    });
    staff.password += "x";
    ends("a suspension", [&] {
        return by_owner(patch(user + "/status", {{"status", "suspended"}}));
    });
    EXPECT_EQ(by_owner(patch(user + "/status", {{"status", "active"}})), 200);
    ends("its deletion", [&] { return by_owner(remove(user)); });
}

TEST_P(KeptInMemory, SigningOutEndsTheTokenAtOnce)
{
    sign_in();
    EXPECT_EQ(validated(token), 200);
    EXPECT_EQ(world.call(post("/api/auth/logout").as(token)).status, 200);
    EXPECT_EQ(validated(token), 401);
}

TEST_P(KeptInMemory, AnOrganizationThatIsDeletedTakesItsSessionsAlong)
{
    sign_in();
    EXPECT_EQ(validated(token), 200);
    EXPECT_EQ(by_owner(remove("/api/organizations/" + owner.organization_id)), 204);
    EXPECT_EQ(validated(token), 401);
    EXPECT_EQ(validated(owner_token), 401);
}

TEST_P(KeptInMemory, ARoleCountsForTheNextRequest)
{
    sign_in();
    auto const list = get("/api/organizations/" + owner.organization_id + "/users").as(token);
    EXPECT_EQ(world.call(list).status, 403);
    EXPECT_EQ(by_owner(patch("/api/users/" + staff.id + "/role", {{"role", "admin"}})), 200);
    EXPECT_EQ(world.call(list).status, 200);
    EXPECT_EQ(by_owner(patch("/api/users/" + staff.id + "/role", {{"role", "staff"}})), 200);
    EXPECT_EQ(world.call(list).status, 403);
}

TEST_P(KeptInMemory, AnAssignmentCountsForTheNextDecision)
{
    sign_in();
    auto const client = this->client();
    EXPECT_FALSE(may("edit", client));
    auto const made = assign(client);
    EXPECT_TRUE(may("edit", client));
    EXPECT_EQ(by_owner(remove("/api/assignments/" + made.text("id"))), 204);
    EXPECT_FALSE(may("edit", client));
}

TEST_P(KeptInMemory, AClientThatIsDeletedIsNobodysFromThenOn)
{
    sign_in();
    auto const client = assigned_client();
    EXPECT_TRUE(may("view", client));
    EXPECT_EQ(by_owner(remove("/api/clients/" + client)), 204);
    EXPECT_FALSE(may("view", client));
}

TEST_P(KeptInMemory, ACustomRoleCountsForTheNextDecision)
{
    sign_in();
    auto const client = this->client();
    auto const roles = "/api/organizations/" + owner.organization_id + "/roles";
    json::Array wide;
    wide.emplace_back(json::Object{{"id", "clients.view"}, {"cell", "1"}});
    auto const role
        = world.call(post(roles, {{"name", "Readers"}, {"permissions", wide}}).as(owner_token));
    ASSERT_EQ(role.status, 201) << role.body;
    EXPECT_FALSE(may("view", client));
    auto const of_staff = "/api/users/" + staff.id + "/custom-role";
    EXPECT_EQ(by_owner(patch(of_staff, {{"customRoleId", role.text("id")}})), 200);
    EXPECT_TRUE(may("view", client));
    EXPECT_LT(by_owner(remove(roles + "/" + role.text("id"))), 300);
    EXPECT_FALSE(may("view", client));
}

// A unit sees the database as it was at its first statement (SQLite): what it reads later is not
// news.
TEST_P(KeptInMemory, WhatAnOldUnitReadsLateIsNotKeptAsIfItWereNew)
{
    sign_in();
    auto& services = world.services();
    domain::UserId const id(staff.id);
    auto const role_in = [&](domain::Reading const& reading) {
        return world.run(domain::subject_of(services, reading, std::nullopt, id))->role;
    };
    auto const old = world.run(domain::begin_reading(services));
    domain::OrganizationId const house(staff.organization_id);
    EXPECT_TRUE(world.run(old.work->directory().organization(house)));
    EXPECT_EQ(by_owner(patch("/api/users/" + staff.id + "/role", {{"role", "manager"}})), 200);
    EXPECT_TRUE(role_in(old) != domain::Role::owner);
    EXPECT_EQ(role_in(world.run(domain::begin_reading(services))), domain::Role::manager);
}

// Sessions end on one thread while others validate them: once the end was acknowledged, nobody is
// let in.
TEST_P(KeptInMemory, NoTokenIsAcceptedAfterItsEndWasAcknowledged)
{
    sign_in();
    for (int round = 0; round < 20; ++round) {
        auto const fresh = world.signed_in(staff).text("token");
        EXPECT_EQ(validated(fresh), 200);
        std::vector<Call> calls(40, post("/api/v1/auth/validate", {{"token", fresh}}));
        calls.insert(calls.begin() + 7, post("/api/auth/logout").as(fresh));
        world.in_parallel(std::move(calls));
        EXPECT_EQ(validated(fresh), 401) << round;
    }
}

} // namespace
} // namespace gatehouse::testing
