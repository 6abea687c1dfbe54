// Acting as somebody else: who may, for how long, for what; and nothing that is done so is without
// both names.
#include "app/contents.h"
#include "http/impersonated.h"
#include "support/world_fixture.h"

#include <algorithm>
#include <atomic>
#include <functional>

namespace gatehouse::testing {
namespace {

constexpr char const* path = "/api/security/impersonate";

class AlwaysCurrent final : public ChangeSource {
public:
    bool is_current() noexcept override { return true; }
};

class Impersonation : public InAWorld {
protected:
    // The second parameter of the house: as in env test, where nothing is kept, and kept.
    void keep_in_memory() { world.kept.changes.follow(source_); }

    Person person(std::string const& name, std::string const& role, std::string const& house = "h")
    {
        auto made = world.add_person(name + "@example.test", house);
        update(made, "role = '" + role + "'");
        return made;
    }
    std::string token_of(Person const& who)
    {
        auto const in = login(who, organization_login);
        EXPECT_EQ(in.status, 200) << in.body;
        return in.text("token");
    }
    void step_up(Person const& who, std::string const& purpose = "impersonate")
    {
        world.outside().query(
            "DELETE FROM step_up_challenges WHERE user_id = $1", sql::values(who.id)
        );
        world.outside().query(
            "INSERT INTO step_up_challenges (id, organization_id, user_id, session_id, purpose, "
            "method, created_at, expires_at, satisfied_at) "
            "SELECT 'proof of ' || id, organization_id, user_id, id, $3, 'totp', $2, "
            "$2, $2 FROM sessions WHERE user_id = $1",
            sql::values(who.id, world.clock.now(), purpose)
        );
    }
    Call beginning(std::string const& bearer, Person const& whom)
    {
        return post(path, {{"userId", whom.id}, {"reason", "Ticket 7"}}).as(bearer);
    }
    Answer begin(Person const& who, std::string const& bearer, Person const& whom)
    {
        step_up(who);
        return world.call(beginning(bearer, whom));
    }
    // The owner acts as the staff member.
    void act()
    {
        owner_token = token_of(owner);
        staff_token = token_of(staff);
        auto const begun = begin(owner, owner_token, staff);
        ASSERT_EQ(begun.status, 201) << begun.body;
        acting = begun.text("token");
        session = begun.text("sessionId");
    }
    int me(std::string const& bearer) { return world.call(get("/api/users/me").as(bearer)).status; }

    Person owner = person("owner", "owner");
    Person admin = person("admin", "admin");
    Person manager = person("manager", "manager");
    Person staff = person("staff", "staff");
    std::string owner_token;
    std::string staff_token;
    std::string acting;
    std::string session;

private:
    AlwaysCurrent source_;
};
INSTANTIATE_ON_BOTH_DATABASES(Impersonation);

TEST_P(Impersonation, NeedsTheRightThenAStepUpThenAPersonAndAReason)
{
    auto const call = post(path, {{"userId", staff.id}, {"reason", "Ticket 7"}});
    EXPECT_EQ(world.call(call).status, 401);
    for (auto const& who : {admin, manager, staff}) {
        auto const refused = world.call(beginning(token_of(who), staff));
        EXPECT_EQ(refused.status, 403) << who.email;
        EXPECT_NE(refused.body.find("users.impersonate"), std::string::npos);
    }
    auto const bearer = token_of(owner);
    EXPECT_EQ(world.call(beginning(bearer, staff)).status, 428);
    step_up(owner);
    for (auto const& body : std::vector<json::Object>{
             {},
             {{"userId", staff.id}},
             {{"reason", "r"}},
             {{"userId", staff.id}, {"reason", " \t "}},
             {{"userId", staff.id}, {"reason", std::string(501, 'r')}},
             {{"userId", ""}, {"reason", "r"}},
             {{"userId", 7}, {"reason", "r"}}
         })
        EXPECT_EQ(world.call(post(path, body).as(bearer)).status, 400);
    EXPECT_EQ(world.call(beginning(bearer, owner)).code(), "SELF_ACTION");
    Person const nobody{.id = "nobody", .organization_id = "h", .email = "n", .password = "p"};
    EXPECT_EQ(world.call(beginning(bearer, nobody)).status, 404);
    auto const stranger = person("stranger", "staff", "elsewhere");
    EXPECT_EQ(world.call(beginning(bearer, stranger)).status, 403);
    update(staff, "status = 'suspended'");
    EXPECT_EQ(world.call(beginning(bearer, staff)).status, 409);
    update(staff, "status = 'active', deleted_at = updated_at");
    EXPECT_EQ(world.call(beginning(bearer, staff)).status, 404);
    EXPECT_EQ(ledger_rows("IMPERSONATION_STARTED"), 0);
    EXPECT_EQ(world.count("sessions WHERE impersonated_by IS NOT NULL"), 0);
    EXPECT_EQ(ledger_rows("PERMISSION_DENIED"), 4);
}

// A custom role may hold the right; it makes nobody an owner.
TEST_P(Impersonation, NobodyActsAsSomebodyWhoMayMore)
{
    for (auto const& who : {admin, manager})
        world.outside().query(
            "INSERT INTO user_permissions (organization_id, user_id, permission_id, cell) "
            "VALUES ('h', $1, 'users.impersonate', '1')",
            sql::values(who.id)
        );
    auto const of_admin = token_of(admin);
    auto const of_manager = token_of(manager);
    auto const other_admin = person("other", "admin");
    auto const gifted = person("gifted", "staff");
    world.outside().query(
        "INSERT INTO user_permissions (organization_id, user_id, permission_id, cell) "
        "VALUES ('h', $1, 'organization.billing', '1')",
        sql::values(gifted.id)
    );
    EXPECT_EQ(begin(admin, of_admin, owner).status, 403);
    EXPECT_EQ(begin(admin, of_admin, other_admin).status, 403);
    EXPECT_EQ(begin(admin, of_admin, gifted).status, 403);
    EXPECT_EQ(begin(manager, of_manager, admin).status, 403);
    EXPECT_EQ(begin(manager, of_manager, staff).status, 201);
}

TEST_P(Impersonation, IsToldToThePersonAndToTheLedgerWithBothNames)
{
    act();
    EXPECT_EQ(world.call(get("/api/users/me").as(acting)).text("email"), staff.email);
    auto const row = world.outside().query(
        "SELECT actor_id, user_id, session_id, resource_id, status, personal FROM audit_ledger "
        "WHERE event_type = 'IMPERSONATION_STARTED'"
    );
    ASSERT_EQ(row.size(), 1U);
    EXPECT_EQ(row.front().text(0), owner.id);
    EXPECT_EQ(row.front().text(1), staff.id);
    EXPECT_EQ(row.front().text(3), session);
    EXPECT_EQ(row.front().integer(4), 201);
    EXPECT_NE(row.front().text(5).find("Ticket 7"), std::string::npos);
    EXPECT_EQ(
        world.count(
            "notifications WHERE user_id = $1 AND kind = 'impersonation'", sql::values(staff.id)
        ),
        1
    );
    auto const list = world.call(get("/api/auth/sessions").as(staff_token));
    EXPECT_NE(list.body.find("\"impersonatedBy\":\"" + owner.id + "\""), std::string::npos)
        << list.body;
    for (auto const& bearer : {owner_token, acting}) {
        auto const current = world.call(get("/api/security/impersonate/current").as(bearer));
        EXPECT_EQ(current.text("sessionId"), session);
        EXPECT_EQ(current.text("impersonatorId"), owner.id);
        EXPECT_EQ(current.text("user.email"), staff.email);
        EXPECT_EQ(current.text("reason"), "Ticket 7");
    }
    auto const none = world.call(get("/api/security/impersonate/current").as(staff_token));
    EXPECT_NE(none.body.find("\"active\":false"), std::string::npos);
    auto const validated = world.call(post("/api/v1/auth/validate", {{"token", acting}}));
    EXPECT_EQ(validated.text("payload.impersonatorId"), owner.id) << validated.body;
    EXPECT_EQ(validated.text("payload.sub"), staff.id);
}

TEST_P(Impersonation, LivesForThirtyMinutesAndNoLongerHoweverItIsUsed)
{
    keep_in_memory();
    act();
    for (int minute = 0; minute < 29; ++minute) {
        world.clock.move_by(1min);
        ASSERT_EQ(me(acting), 200) << minute;
        world.run(domain::write_uses(world.storage(), world.uses.take()));
    }
    world.clock.move_by(1min);
    EXPECT_EQ(me(acting), 401);
    EXPECT_EQ(me(owner_token), 200);
    EXPECT_EQ(begin(owner, owner_token, staff).status, 201) << "the old one is over";
    EXPECT_EQ(world.count("refresh_tokens WHERE session_id = $1", sql::values(session)), 0);
}

TEST_P(Impersonation, NeverOutlivesTheSessionThatItWasBegunIn)
{
    owner_token = token_of(owner);
    world.outside().query(
        "UPDATE sessions SET absolute_expires_at = $1 WHERE user_id = $2",
        sql::values(world.clock.now() + 10min, owner.id)
    );
    auto const begun = begin(owner, owner_token, staff);
    EXPECT_EQ(begun.number("expiresIn"), 600) << begun.body;
}

// Each of these ends it for the very next request, also where sessions are kept in memory.
TEST_P(Impersonation, EndsWithWhateverItRestsOn)
{
    keep_in_memory();
    struct End {
        char const* what;
        std::function<void()> happens;
    };
    auto const other = person("second owner", "owner");
    auto const of_other = token_of(other);
    auto const by_other = [&](Call call) {
        auto const answer = world.call(std::move(call).as(of_other));
        EXPECT_LT(answer.status, 300) << answer.body;
    };
    auto const users = std::string("/api/users/");
    auto const sign_out = [&](Person const& whom) { // whose version rises by it
        step_up(other, "force_logout");
        by_other(post("/api/security/sessions/revoke-all", {{"userId", whom.id}}));
    };
    std::vector<End> const ends{
        {"its own end",
         [&] {
             world.call(remove(path).as(owner_token));
         }},
        {"its own end, said in it",
         [&] {
             world.call(remove(path).as(acting));
         }},
        {"signing out of it",
         [&] {
             world.call(post("/api/auth/logout").as(acting));
         }},
        {"the person ends it",
         [&] {
             world.call(remove("/api/auth/sessions/" + session).as(staff_token));
         }},
        {"the person signs out everywhere",
         [&] {
             world.call(post("/api/auth/logout-all").as(staff_token));
         }},
        {"the impersonator signs out",
         [&] {
             world.call(post("/api/auth/logout").as(owner_token));
         }},
        {"the impersonator is demoted",
         [&] {
             by_other(patch(users + owner.id + "/role", {{"role", "admin"}}));
         }},
        {"the impersonator is suspended",
         [&] {
             by_other(patch(users + owner.id + "/status", {{"status", "suspended"}}));
         }},
        {"the impersonator is deleted",
         [&] {
             by_other(remove(users + owner.id));
         }},
        {"the impersonator is signed out by somebody",
         [&] {
             sign_out(owner);
         }},
        {"the person is signed out by somebody",
         [&] {
             sign_out(staff);
         }},
        {"the impersonator resets the password",
         [&] {
             EXPECT_EQ(reset(forgotten_link(owner.email), "Another-Horse-8").status, 200);
         }},
        {"the person resets the password",
         [&] {
             EXPECT_EQ(reset(forgotten_link(staff.email), "Another-Horse-8").status, 200);
         }},
        {"the person is suspended",
         [&] {
             by_other(patch(users + staff.id + "/status", {{"status", "suspended"}}));
         }},
        {"the person is deleted",
         [&] {
             by_other(remove(users + staff.id));
         }},
    };
    for (auto const& [what, happens] : ends) {
        owner = person("owner of " + std::to_string(world.count("users")), "owner");
        staff = person("staff of " + std::to_string(world.count("users")), "staff");
        act();
        ASSERT_EQ(me(acting), 200) << what;
        ASSERT_EQ(me(acting), 200) << what;
        happens();
        EXPECT_EQ(me(acting), 401) << what;
        EXPECT_EQ(world.call(post("/api/v1/auth/validate", {{"token", acting}})).status, 401)
            << what;
    }
    EXPECT_EQ(ledger_rows("IMPERSONATION_ENDED"), 2);
}

TEST_P(Impersonation, EndsWithTheGrantThatItRestsOn)
{
    keep_in_memory();
    owner_token = token_of(owner);
    json::Array wide;
    wide.emplace_back(json::Object{{"id", "users.impersonate"}, {"cell", "1"}});
    auto const made = post("/api/organizations/h/roles", {{"name", "S"}, {"permissions", wide}});
    auto const role = world.call(made.as(owner_token));
    ASSERT_EQ(role.status, 201) << role.body;
    auto const of_admin = token_of(admin);
    auto const give = [&](json::Value what) {
        auto const call
            = patch("/api/users/" + admin.id + "/custom-role", {{"customRoleId", std::move(what)}});
        EXPECT_EQ(world.call(call.as(owner_token)).status, 200);
    };
    EXPECT_EQ(begin(admin, of_admin, staff).status, 403);
    give(role.text("id"));
    acting = begin(admin, of_admin, staff).text("token");
    ASSERT_EQ(me(acting), 200);
    give(nullptr);
    EXPECT_EQ(me(acting), 401);
    EXPECT_EQ(world.call(post("/api/v1/auth/validate", {{"token", acting}})).status, 401);
}

TEST_P(Impersonation, AsSoonAsThePersonMayMoreItIsOver)
{
    keep_in_memory();
    world.outside().query(
        "INSERT INTO user_permissions (organization_id, user_id, permission_id, cell) "
        "VALUES ('h', $1, 'users.impersonate', '1')",
        sql::values(admin.id)
    );
    auto const of_admin = token_of(admin);
    auto const of_owner = token_of(owner);
    acting = begin(admin, of_admin, staff).text("token");
    ASSERT_EQ(me(acting), 200);
    auto const raised = patch("/api/users/" + staff.id + "/role", {{"role", "admin"}}).as(of_owner);
    EXPECT_EQ(world.call(raised).status, 200);
    EXPECT_EQ(me(acting), 401) << "admins are no admin's to act as";
}

TEST_P(Impersonation, OnlyOneAtATimeAndNoneWithinAnother)
{
    owner_token = token_of(owner);
    step_up(owner);
    auto const answers = world.in_parallel(beginning(owner_token, staff), 6);
    EXPECT_EQ(statuses_of(answers), (std::map<int, int>{{201, 1}, {409, 5}}));
    EXPECT_EQ(world.count("sessions WHERE impersonated_by IS NOT NULL"), 1);
    auto const begun = std::ranges::find(answers, 201, &Answer::status);
    ASSERT_NE(begun, answers.end());
    EXPECT_EQ(world.call(beginning(begun->text("token"), manager)).status, 403);
    EXPECT_EQ(world.call(remove(path).as(owner_token)).status, 200);
    EXPECT_EQ(world.call(remove(path).as(owner_token)).status, 404);
    EXPECT_EQ(world.call(beginning(owner_token, manager)).status, 201);
}

TEST_P(Impersonation, WhatIsDoneInItCarriesBothNamesInEveryRow)
{
    act();
    auto const before = world.text("CAST(max(id) AS text) FROM audit_ledger");
    auto const created = world.call(post("/api/clients", {{"name", "C"}}).as(acting));
    EXPECT_EQ(created.status, 201) << created.body;
    auto const client = "/api/clients/" + created.text("id");
    EXPECT_EQ(world.call(patch(client, {{"name", "D"}}).as(acting)).status, 200);
    EXPECT_EQ(world.call(remove(client).as(acting)).status, 403);
    EXPECT_EQ(world.call(get("/api/billing/subscription").as(acting)).status, 403);
    EXPECT_EQ(world.call(get("/api/users/me").as(acting).with_agent("iPhone")).status, 200);
    auto const asked = post("/api/ai-agents/access-guide/messages", {{"message", "May I?"}});
    EXPECT_EQ(world.call(asked.as(acting)).status, 200);
    EXPECT_EQ(world.call(post("/api/auth/logout").as(acting)).status, 200);
    auto const rows = world.outside().query(
        "SELECT event_type, actor_id, details FROM audit_ledger WHERE id > " + before
        + " ORDER BY id"
    );
    EXPECT_EQ(rows.size(), 7U);
    for (auto const row : rows) {
        auto const details = json::parse(row.text(2));
        ASSERT_TRUE(details) << row.text(0);
        auto const* const impersonator = details->find("impersonatorId");
        ASSERT_TRUE(impersonator) << row.text(0);
        EXPECT_EQ(*impersonator, json::Value(owner.id)) << row.text(0);
        EXPECT_EQ(row.text(1), staff.id) << row.text(0);
    }
}

// Twelve sessions are what a score compares with, and five live ones raise it.
TEST_P(Impersonation, TellsTheScoreOfThePersonNothing)
{
    auto const sign_in = [&](std::string const& device) {
        auto const answer = world.call(post(
            organization_login,
            {{"email", staff.email}, {"password", staff.password}, {"deviceFingerprint", device}}
        ));
        EXPECT_EQ(answer.status, 200) << answer.body;
        return world.text("details FROM audit_ledger WHERE event_type = 'LOGIN_SUCCESS' "
                          "ORDER BY id DESC LIMIT 1");
    };
    sign_in("home");
    owner_token = token_of(owner);
    for (int time = 0; time < 13; ++time) {
        world.clock.move_by(1s);
        EXPECT_EQ(begin(owner, owner_token, staff).status, 201);
        EXPECT_EQ(world.call(remove(path).as(owner_token)).status, 200);
    }
    world.clock.move_by(1s);
    EXPECT_EQ(begin(owner, owner_token, staff).status, 201);
    auto const details = json::parse(sign_in("elsewhere"));
    ASSERT_TRUE(details);
    auto const* const risk = details->find("risk");
    ASSERT_TRUE(risk);
    EXPECT_EQ(*risk->find("score"), json::Value(30)) << "a new device, and nothing else";
    auto const* const compared = risk->find("comparedWith");
    ASSERT_TRUE(compared);
    EXPECT_EQ(*compared->find("devices"), json::Value(1));
    EXPECT_EQ(*compared->find("liveSessions"), json::Value(1));
    EXPECT_EQ(
        world.count("sessions WHERE impersonated_by IS NOT NULL AND device_fingerprint IS NOT NULL"
        ),
        0
    );
}

TEST_P(Impersonation, PushesNoSessionOfThePersonOut)
{
    world.settings.max_active_sessions_per_user = 2;
    staff_token = token_of(staff);
    owner_token = token_of(owner);
    for (int time = 0; time < 3; ++time) {
        world.clock.move_by(1s);
        EXPECT_EQ(begin(owner, owner_token, staff).status, 201);
        if (time < 2) {
            EXPECT_EQ(world.call(remove(path).as(owner_token)).status, 200);
        }
    }
    world.clock.move_by(1s);
    auto const second = token_of(staff);
    EXPECT_EQ(me(staff_token), 200) << "one of two";
    EXPECT_EQ(me(second), 200);
    EXPECT_EQ(world.count("sessions WHERE impersonated_by IS NOT NULL"), 3);
}

TEST_P(Impersonation, OneThatOpensNothingAnyMoreIsInNobodysWay)
{
    world.outside().query(
        "INSERT INTO user_permissions (organization_id, user_id, permission_id, cell) "
        "VALUES ('h', $1, 'users.impersonate', '1')",
        sql::values(admin.id)
    );
    auto const of_admin = token_of(admin);
    acting = begin(admin, of_admin, staff).text("token");
    ASSERT_EQ(me(acting), 200);
    EXPECT_EQ(begin(admin, of_admin, manager).status, 409);
    update(staff, "role = 'admin'");
    EXPECT_EQ(me(acting), 401);
    auto const current = world.call(get(std::string(path) + "/current").as(of_admin));
    EXPECT_EQ(current.status, 200);
    EXPECT_EQ(current.body.find("\"active\":true"), std::string::npos) << current.body;
    EXPECT_EQ(begin(admin, of_admin, manager).status, 201);
    update(staff, "role = 'staff'");
    EXPECT_EQ(me(acting), 401) << "two would run at once";
}

TEST_P(Impersonation, SigningOutOfItLeavesTheCookiesOfTheBrowserAlone)
{
    for (auto const* const door : {"/api/auth/logout", "/api/v1/auth/logout"}) {
        act();
        auto const out = world.call(post(door).as(acting));
        EXPECT_EQ(out.status, 200) << door;
        EXPECT_TRUE(out.cookies().empty()) << door;
        EXPECT_EQ(me(acting), 401) << door;
        auto const own = world.call(post(door).as(owner_token));
        EXPECT_FALSE(own.cookies().empty()) << door;
    }
}

TEST_P(Impersonation, TheListOfThePersonShowsNoneThatIsOver)
{
    act();
    EXPECT_EQ(live_sessions(staff), 2);
    EXPECT_EQ(world.call(post("/api/auth/logout").as(owner_token)).status, 200);
    auto const list = world.call(get("/api/auth/sessions").as(staff_token));
    EXPECT_EQ(list.body.find(session), std::string::npos) << list.body;
    EXPECT_EQ(list.header("X-Total-Count"), "1");
}

// A row that SQL made up opens nothing that the rule does not.
TEST_P(Impersonation, ARowThatIsNotWholeOpensNothing)
{
    act();
    for (auto const* const change :
         {"impersonated_from = 'nothing'", "impersonated_by = 'nobody'"}) {
        world.outside().query(
            std::string("UPDATE sessions SET ") + change + " WHERE id = $1", sql::values(session)
        );
        EXPECT_EQ(me(acting), 401) << change;
    }
}

TEST(ImpersonationTable, NamesRoutesThatThereAre)
{
    std::vector<std::string_view> operations;
    auto const endpoints = app::contents();
    for (auto const& endpoint : endpoints)
        operations.push_back(endpoint.route.operation);
    for (auto const allowed : http::operations_as_somebody_else())
        EXPECT_TRUE(std::ranges::find(operations, allowed) != operations.end()) << allowed;
}

} // namespace
} // namespace gatehouse::testing
