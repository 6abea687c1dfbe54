// Requests of one person that cross each other: none may starve another, and the end state is
// whole.
#include "support/world_fixture.h"

namespace gatehouse::testing {
namespace {

constexpr int rounds = 30;

class Crossing : public InAWorld {
protected:
    Person person(int round) { return world.add_person("ann" + std::to_string(round) + "@a.test"); }
    static Call refresh(std::string const& token)
    {
        return post("/api/v1/auth/refresh", {{"refreshToken", token}});
    }
    std::int64_t live_tokens(Person const& of)
    {
        return world.count(
            "refresh_tokens WHERE user_id = $1 AND is_revoked = false", sql::values(of.id)
        );
    }
    // Two that wait for each other would end as an outage of one of them.
    static void expect_no_outage(std::vector<Answer> const& answers)
    {
        for (auto const& answer : answers)
            EXPECT_LT(answer.status, 500) << answer.body;
    }
};
INSTANTIATE_ON_BOTH_DATABASES(Crossing);

TEST_P(Crossing, RefreshingAndSigningOut)
{
    for (int round = 0; round < rounds; ++round) {
        auto const ann = person(round);
        auto const in = world.signed_in(ann);
        expect_no_outage(world.in_parallel({
            refresh(in.text("refreshToken")),
            post("/api/v1/auth/logout").as(in.text("token")),
            refresh(in.text("refreshToken")),
            post("/api/auth/logout").as(in.text("token")),
        }));
        EXPECT_EQ(live_tokens(ann), 0) << "signed out, and a token still refreshes";
        EXPECT_EQ(live_sessions(ann), 0);
    }
}

TEST_P(Crossing, RefreshingAndRevokingTheSession)
{
    for (int round = 0; round < rounds; ++round) {
        auto const ann = person(round);
        auto const in = world.signed_in(ann);
        auto const other = world.signed_in(ann);
        expect_no_outage(world.in_parallel({
            refresh(other.text("refreshToken")),
            remove("/api/v1/auth/sessions/" + other.text("sessionId")).as(in.text("token")),
        }));
        EXPECT_EQ(live_sessions(ann), 1);
        EXPECT_EQ(live_tokens(ann), 1);
    }
}

TEST_P(Crossing, AReusedTokenAndAReset)
{
    for (int round = 0; round < rounds; ++round) {
        auto const ann = person(round);
        auto const in = world.signed_in(ann);
        world.call(refresh(in.text("refreshToken")));
        auto const link = forgotten_link(ann.email);
        auto const answers = world.in_parallel({
            refresh(in.text("refreshToken")),
            post(
                "/api/v1/auth/reset-password", {{"token", link}, {"newPassword", "Another-Horse-8"}}
            ),
            refresh(in.text("refreshToken")),
        });
        expect_no_outage(answers);
        EXPECT_EQ(answers[1].status, 200);
        EXPECT_EQ(live_tokens(ann), 0);
        EXPECT_EQ(live_sessions(ann), 0);
    }
}

TEST_P(Crossing, SigningInAndOutAndBeingReset)
{
    for (int round = 0; round < rounds; ++round) {
        auto const ann = person(round);
        auto const in = world.signed_in(ann);
        auto const link = forgotten_link(ann.email);
        expect_no_outage(world.in_parallel({
            post(
                "/api/v1/auth/reset-password", {{"token", link}, {"newPassword", "Another-Horse-8"}}
            ),
            login_as(ann.email, ann.password),
            post("/api/v1/auth/logout").as(in.text("token")),
            refresh(in.text("refreshToken")),
            post("/api/v1/auth/forgot-password", {{"email", ann.email}}),
        }));
        EXPECT_EQ(live_sessions(ann), 0);
        EXPECT_EQ(live_tokens(ann), 0);
    }
}

TEST_P(Crossing, EveryMoveOfAVault)
{
    for (int round = 0; round < rounds / 3; ++round) {
        auto const ann = person(round);
        auto const token = world.signed_in(ann).text("token");
        std::string const vault = "/api/v1/me/encryption-vault/";
        expect_no_outage(world.in_parallel({
            post(vault + "init").as(token),
            get(vault + "key").as(token),
            post(vault + "rotate").as(token),
            post(vault + "init").as(token),
            post(vault + "rotate").as(token),
            get(vault + "key").as(token),
            get(vault + "status").as(token),
        }));
        EXPECT_EQ(world.count("encryption_vaults WHERE user_id = $1", sql::values(ann.id)), 1);
    }
}

} // namespace
} // namespace gatehouse::testing
