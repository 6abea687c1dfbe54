// Deleting an organization while everybody in it is at work: nobody waits in a circle, and nothing
// of it is left over.
#include "support/world_fixture.h"

#include <algorithm>
#include <functional>
#include <random>

namespace gatehouse::testing {
namespace {

constexpr char const* below[]
    = {"users",
       "sessions",
       "refresh_tokens",
       "one_time_tokens",
       "invitations",
       "user_pictures",
       "encryption_vaults",
       "outbox"};

class DeletedOrganizations : public InAWorld {
protected:
    struct House {
        std::string id;
        Person owner;
        std::string token;
        Person member;
        std::string member_token;
        std::string refresh_token;
    };
    House house(int round)
    {
        House made{.id = "house" + std::to_string(round)};
        made.owner = world.add_person(made.id + "owner@a.test", made.id);
        made.token = world.signed_in(made.owner).text("token");
        made.member = world.add_person(made.id + "member@a.test", made.id);
        auto const answer = world.signed_in(made.member);
        made.member_token = answer.text("token");
        made.refresh_token = answer.text("refreshToken");
        return made;
    }
    static Call deleting(House const& house)
    {
        return remove("/api/organizations/" + house.id).as(house.token);
    }
    Call accepting(House const& house, int each)
    {
        auto const email = house.id + "new" + std::to_string(each) + "@a.test";
        auto const sent = world.call(post(
                                         "/api/organizations/" + house.id + "/invitations",
                                         {{"email", email}, {"role", each % 2 ? "owner" : "staff"}}
        )
                                         .as(house.token));
        EXPECT_EQ(sent.status, 201) << sent.body;
        auto const link = world.mails(email).back().tokens.back();
        return post(
            "/api/invitations/" + link + "/accept", {{"password", ServiceWorld::usual_password()}}
        );
    }
    static Call moving(House const& house, int each)
    {
        auto const email = house.id + "moved" + std::to_string(each) + "@a.test";
        return patch("/api/users/" + house.member.id, {{"email", email}}).as(house.member_token);
    }
    // Somebody who registered, and asked for another address.
    Call proving(House const& house)
    {
        update(house.member, "self_registered = true, mailbox_proven_at = created_at");
        auto const email = house.id + "other@a.test";
        auto const asked = world.call(
            patch("/api/users/" + house.member.id, {{"email", email}}).as(house.member_token)
        );
        EXPECT_EQ(asked.status, 200) << asked.body;
        return get("/api/auth/verify-email?token=" + world.mails(email).back().tokens.back());
    }
    Call resetting(House const& house)
    {
        return post(
            "/api/v1/auth/reset-password",
            {{"token", forgotten_link(house.member.email)}, {"newPassword", "Another-Horse-8"}}
        );
    }
    static Call adding(House const& house, int each)
    {
        return post(
                   "/api/users",
                   {{"organizationId", house.id},
                    {"email", house.id + "added" + std::to_string(each) + "@a.test"},
                    {"role", each % 2 ? "owner" : "staff"},
                    {"password", ServiceWorld::usual_password()}}
        ).as(house.token);
    }

    // Each round deletes one house in the midst of these calls.
    void race(std::function<std::vector<Call>(House const&)> const& calls_in)
    {
        std::mt19937 order(7); // NOLINT(cert-msc51-cpp): the same every time
        for (int round = 0; round < rounds; ++round) {
            auto const doomed = house(round);
            auto calls = calls_in(doomed);
            calls.push_back(deleting(doomed));
            std::ranges::shuffle(calls, order);
            auto const answers = world.in_parallel(calls);
            for (std::size_t at = 0; at < answers.size(); ++at)
                EXPECT_LT(answers[at].status, 500) << calls[at].target << ": " << answers[at].body;
            expect_gone(doomed);
        }
        EXPECT_EQ(ledger_rows("ORGANIZATION_DELETED"), rounds);
    }
    void expect_gone(House const& house)
    {
        EXPECT_EQ(world.count("organizations WHERE id = $1", sql::values(house.id)), 0);
        for (auto const* const table : below)
            EXPECT_EQ(
                world.count(
                    std::string(table) + " WHERE organization_id = $1", sql::values(house.id)
                ),
                0
            ) << table;
    }
    static constexpr int rounds = 30;
};
INSTANTIATE_ON_BOTH_DATABASES(DeletedOrganizations);

TEST_P(DeletedOrganizations, WhileInvitationsAreAccepted)
{
    race([&](House const& house) {
        return std::vector{accepting(house, 0), accepting(house, 1), accepting(house, 2)};
    });
}

TEST_P(DeletedOrganizations, WhilePeopleAreAdded)
{
    race([&](House const& house) {
        return std::vector{adding(house, 0), adding(house, 1), adding(house, 2)};
    });
}

TEST_P(DeletedOrganizations, WhileAddressesAreChanged)
{
    race([&](House const& house) {
        return std::vector{moving(house, 0), moving(house, 1), moving(house, 2)};
    });
}

TEST_P(DeletedOrganizations, WhileAnAddressIsProven)
{
    race([&](House const& house) {
        auto const link = proving(house);
        return std::vector{link, link};
    });
}

TEST_P(DeletedOrganizations, WhileAPasswordIsReset)
{
    race([&](House const& house) {
        auto const link = resetting(house);
        return std::vector{
            link, post("/api/v1/auth/forgot-password", {{"email", house.member.email}})
        };
    });
}

TEST_P(DeletedOrganizations, WhilePeopleSignInAndOut)
{
    race([&](House const& house) {
        return std::vector{
            login_as(house.member.email, house.member.password),
            login_as(house.owner.email, house.owner.password),
            post("/api/v1/auth/refresh", {{"refreshToken", house.refresh_token}}),
            post("/api/auth/logout-all").as(house.member_token),
            post("/api/v1/auth/logout").as(house.member_token),
        };
    });
}

TEST_P(DeletedOrganizations, WhilePeopleChangeWhatIsTheirs)
{
    race([&](House const& house) {
        return std::vector{
            post(
                "/api/users/me/password",
                {{"currentPassword", house.member.password}, {"newPassword", "Another-Horse-8"}}
            )
                .as(house.member_token),
            post("/api/v1/me/encryption-vault/init").as(house.member_token),
            patch("/api/users/" + house.member.id + "/status", {{"status", "suspended"}})
                .as(house.token),
        };
    });
}

} // namespace
} // namespace gatehouse::testing
