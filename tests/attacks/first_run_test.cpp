// The link that makes the first organization: once, in its hour, the last one printed, and never
// where somebody was here before.
#include "features/first_run/founding.h"
#include "support/world_fixture.h"

namespace gatehouse::testing {
namespace {

constexpr char const* path = "/api/first-run";
constexpr char const* check_path = "/api/first-run/check";

class FirstRun : public InAWorld {
protected:
    // The token that a start prints; empty where it prints none.
    std::string printed()
    {
        auto const token = world.run(first_run::offer(world.services(), world.clock.now()));
        return token ? std::string(token->reveal()) : "";
    }
    static Call founding(std::string const& token, std::string const& email = "ada@example.test")
    {
        return post(
            path,
            {{"token", token},
             {"organizationName", "First House"},
             {"size", "1-10"},
             {"email", email},
             {"password", ServiceWorld::usual_password()},
             {"firstName", "Ada"}}
        );
    }
    int checked(std::string const& token)
    {
        return world.call(post(check_path, {{"token", token}})).status;
    }
    std::int64_t organizations() { return world.count("organizations"); }
};
INSTANTIATE_ON_BOTH_DATABASES(FirstRun);

TEST_P(FirstRun, MakesTheOrganizationAndItsOwnerWhoSignsIn)
{
    auto const token = printed();
    EXPECT_EQ(checked(token), 200);
    auto const made = world.call(founding(token));
    ASSERT_EQ(made.status, 201) << made.body;
    EXPECT_EQ(made.text("organization.name"), "First House");
    EXPECT_EQ(made.text("organization.size"), "1-10");
    EXPECT_EQ(made.text("organization.ownerId"), made.text("owner.id"));
    EXPECT_EQ(made.text("owner.role"), "owner");
    EXPECT_EQ(made.body.find(token), std::string::npos);
    EXPECT_EQ(made.header("Cache-Control"), "no-store");
    EXPECT_EQ(
        world.events(),
        (std::vector<std::string>{"ORGANIZATION_CREATED 201 success", "USER_CREATED 201 success"})
    );
    auto const login = world.call(
        login_as("ADA@example.test", ServiceWorld::usual_password(), organization_login)
    );
    EXPECT_EQ(login.status, 200) << login.body;
}

TEST_P(FirstRun, IsWorthNothingASecondTime)
{
    auto const token = printed();
    ASSERT_EQ(world.call(founding(token)).status, 201);
    auto const hashes = world.hashes();
    EXPECT_EQ(world.call(founding(token, "eve@example.test")).status, 410);
    EXPECT_EQ(checked(token), 410);
    EXPECT_EQ(world.hashes(), hashes) << "refused before anything was hashed";
    EXPECT_EQ(organizations(), 1);
    EXPECT_EQ(printed(), "") << "nothing is printed any more";
}

TEST_P(FirstRun, OfManyAtOnceOneMakesIt)
{
    auto const token = printed();
    std::vector<Call> calls;
    for (int one = 0; one < 12; ++one)
        calls.push_back(founding(token, "p" + std::to_string(one) + "@example.test"));
    auto const statuses = statuses_of(world.in_parallel(std::move(calls)));
    EXPECT_EQ(statuses, (std::map<int, int>{{201, 1}, {410, 11}}));
    EXPECT_EQ(organizations(), 1);
    EXPECT_EQ(world.count("users"), 1);
    EXPECT_EQ(ledger_rows("ORGANIZATION_CREATED"), 1);
}

TEST_P(FirstRun, EndsAfterAnHourToTheMillisecond)
{
    auto const token = printed();
    world.clock.move_by(first_run::link_life - 1ms);
    EXPECT_EQ(checked(token), 200);
    world.clock.move_by(1ms);
    EXPECT_EQ(checked(token), 410);
    EXPECT_EQ(world.call(founding(token)).status, 410);
    EXPECT_EQ(organizations(), 0);
    auto const later = printed(); // another start
    EXPECT_EQ(world.call(founding(later)).status, 201);
}

TEST_P(FirstRun, TheLastOnePrintedIsTheOnlyOne)
{
    auto const earlier = printed();
    auto const later = printed();
    EXPECT_NE(earlier, later);
    EXPECT_EQ(world.count("first_link"), 1);
    EXPECT_EQ(checked(earlier), 404);
    EXPECT_EQ(world.call(founding(earlier)).status, 404);
    EXPECT_EQ(checked(later), 200);
}

TEST_P(FirstRun, AWrongTokenMakesNothingAndIsNotHashed)
{
    printed();
    auto const hashes = world.hashes();
    for (auto const* const wrong : {"", "x", "../../etc", "' OR 1=1 --"}) {
        EXPECT_EQ(world.call(founding(wrong)).status, 404) << wrong;
        EXPECT_EQ(checked(wrong), 404) << wrong;
    }
    EXPECT_EQ(world.hashes(), hashes);
    EXPECT_EQ(organizations(), 0);
    EXPECT_TRUE(world.events().empty());
}

TEST_P(FirstRun, WithoutAnyLinkThereIsNoWay)
{
    EXPECT_EQ(checked("anything"), 404);
    EXPECT_EQ(world.call(founding("anything")).status, 404);
}

TEST_P(FirstRun, OpensNothingOnceSomebodyElseWasFirst)
{
    auto const token = printed();
    world.registered("first@example.test");
    EXPECT_EQ(checked(token), 410);
    EXPECT_EQ(world.call(founding(token)).status, 410);
    EXPECT_EQ(organizations(), 1);
    EXPECT_EQ(printed(), "");
}

TEST_P(FirstRun, StaysOpenWhereTheFormWasNotRight)
{
    auto const token = printed();
    auto call = founding(token);
    EXPECT_EQ(world.call(founding(token, "not an address")).status, 400);
    call.body = R"({"token":")" + token
        + R"(","organizationName":"X","email":"a@b.test","password":"Correct-Horse-42"})";
    EXPECT_EQ(world.call(call).status, 400);
    call.body = R"({"token":")" + token
        + R"(","organizationName":"First House","email":"ada@northwind.test","password":"Ada@northwind.test1"})";
    auto const guessed = world.call(call);
    EXPECT_EQ(guessed.status, 400) << guessed.body;
    EXPECT_EQ(checked(token), 200);
}

TEST_P(FirstRun, IsStoredAsADigestAlone)
{
    auto const token = printed();
    auto const stored = world.text("token_hash FROM first_link");
    EXPECT_EQ(stored.size(), 64U);
    EXPECT_EQ(stored.find(token), std::string::npos);
    EXPECT_EQ(checked(stored), 404) << "what is stored opens nothing";
}

} // namespace
} // namespace gatehouse::testing
