// Another organization for somebody who changes meanwhile, or who has had enough of them; and what
// belongs to another one.
#include "support/world_fixture.h"

#include <functional>

namespace gatehouse::testing {
namespace {

class Founding : public InAWorld {
protected:
    Person ann = world.add_person("ann@a.test", "house");
    std::string token = world.signed_in(ann).text("token");

    Answer found_while(std::string const& assignment)
    {
        auto call = post("/api/organizations", {{"name", "New House"}});
        call.while_the_body_arrives = [this, assignment] {
            update(ann, assignment);
        };
        return world.call(call.as(token));
    }
    std::int64_t founded() { return world.count("organizations WHERE name = 'New House'"); }
};
INSTANTIATE_ON_BOTH_DATABASES(Founding);

TEST_P(Founding, TakesThePersonAsStoredNotAsLetIn)
{
    auto const answer = found_while("password_hash = 'replaced meanwhile', first_name = 'Anna'");
    ASSERT_EQ(answer.status, 201) << answer.body;
    EXPECT_EQ(
        world.text(
            "password_hash FROM users WHERE organization_id = $1", sql::values(answer.text("id"))
        ),
        "replaced meanwhile"
    ) << "a password that was replaced must not live on elsewhere";
    EXPECT_EQ(world.count("users WHERE first_name = 'Anna'"), 2);
}

TEST_P(Founding, IsRefusedToWhoMayNoLonger)
{
    EXPECT_EQ(found_while("status = 'suspended'").status, 401);
    update(ann, "status = 'active'");
    EXPECT_EQ(found_while("role = 'staff'").status, 403);
    update(ann, "role = 'owner'");
    EXPECT_EQ(found_while("email = 'moved@a.test'").code(), "CONFLICT");
    world.outside().run("UPDATE organizations SET kind = 'personal'");
    EXPECT_EQ(found_while("session_version = session_version + 1").status, 401);
    EXPECT_EQ(founded(), 0);
}

TEST_P(Founding, EndsAtAHundredOrganizations)
{
    for (int each = 0; each < 97; ++each)
        world.add_person(ann.email, "other" + std::to_string(each));
    auto const answers
        = world.in_parallel(post("/api/organizations", {{"name", "New House"}}).as(token), 6);
    EXPECT_EQ(statuses_of(answers), (std::map<int, int>{{201, 2}, {409, 4}}));
    for (auto const& answer : answers)
        if (answer.status == 409) {
            EXPECT_EQ(answer.code(), "CONFLICT");
        }
    world.outside().run("UPDATE users SET role = 'staff' WHERE organization_id LIKE 'other1%'");
    EXPECT_EQ(world.call(post("/api/organizations", {{"name", "New House"}}).as(token)).status, 201)
        << "those that somebody else owns do not count";
}

// 403 for what exists elsewhere, 404 for what exists nowhere (decisions D-79).
TEST_P(Founding, AnInvitationOfAnotherOrganizationIsForbidden)
{
    auto const bea = world.add_person("bea@b.test", "elsewhere");
    auto const theirs = world.signed_in(bea).text("token");
    auto const sent = world.call(post(
                                     "/api/organizations/elsewhere/invitations",
                                     {{"email", "new@a.test"}, {"role", "staff"}}
    )
                                     .as(theirs));
    ASSERT_EQ(sent.status, 201) << sent.body;
    std::string const own = "/api/organizations/house/invitations/";
    EXPECT_EQ(world.call(remove(own + sent.text("id")).as(token)).status, 403);
    EXPECT_EQ(ledger_rows("PERMISSION_DENIED"), 1);
    EXPECT_EQ(world.call(remove(own + "nothing").as(token)).status, 404);
    EXPECT_EQ(world.count("invitations WHERE revoked_at IS NOT NULL"), 0);
}

} // namespace
} // namespace gatehouse::testing
