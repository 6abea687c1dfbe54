// Invitations that outlived their reason: nobody comes in, or back in, through an old one.
#include "support/world_fixture.h"

namespace gatehouse::testing {
namespace {

constexpr char const* email = "new@example.test";

class OldOffers : public InAWorld {
protected:
    Person owner = world.add_person("owner@a.test", "house");
    std::string token = world.signed_in(owner).text("token");

    std::string
    invited(char const* role, std::string const& house = "house", std::string bearer = {})
    {
        auto const answer = world.call(post(
                                           "/api/organizations/" + house + "/invitations",
                                           {{"email", "New@example.test"}, {"role", role}}
        ).as(bearer.empty() ? token : bearer));
        EXPECT_EQ(answer.status, 201) << answer.body;
        return world.mails("New@example.test").back().tokens.front();
    }
    Answer created()
    {
        return world.call(post(
                              "/api/users",
                              {{"organizationId", "house"},
                               {"email", email},
                               {"password", ServiceWorld::usual_password()}}
        ).as(token));
    }
    int accepted(std::string const& link)
    {
        auto const call
            = post("/api/invitations/" + link + "/accept", {{"password", "Another-Horse-8"}});
        return world.call(call).status;
    }
    std::int64_t open_offers(std::string const& house = "house")
    {
        return world.count(
            "invitations WHERE organization_id = $1 AND accepted_at IS NULL AND revoked_at IS NULL",
            sql::values(house)
        );
    }
};
INSTANTIATE_ON_BOTH_DATABASES(OldOffers);

TEST_P(OldOffers, WhoIsCreatedHoldsNoOfferAnyMore)
{
    auto const link = invited("admin");
    auto const other = world.add_person("owner@b.test", "other");
    auto const elsewhere = invited("staff", "other", world.signed_in(other).text("token"));
    auto const made = created();
    ASSERT_EQ(made.status, 201) << made.body;
    EXPECT_EQ(open_offers(), 0);
    EXPECT_EQ(open_offers("other"), 1) << "another organization's offer stands";
    EXPECT_EQ(accepted(link), 410);
    EXPECT_EQ(ledger_rows("USER_CREATED"), 1);
    EXPECT_EQ(ledger_rows("INVITATION_REVOKED"), 0) << "one row for one deed";
    // Dismissed, and not back in as an admin.
    EXPECT_EQ(world.call(remove("/api/users/" + made.text("id")).as(token)).status, 204);
    EXPECT_EQ(accepted(link), 410);
    EXPECT_EQ(accepted(elsewhere), 201);
}

TEST_P(OldOffers, ACreationThatFailsRevokesNothing)
{
    auto const link = invited("staff");
    auto const taken = world.add_person(email, "house");
    EXPECT_EQ(created().status, 409);
    EXPECT_EQ(open_offers(), 1);
    world.outside().query("DELETE FROM users WHERE id = $1", sql::values(taken.id));
    EXPECT_EQ(accepted(link), 201);
}

// The offer came by SQL, or the person moved onto the address that it names.
TEST_P(OldOffers, WhoIsDeletedHoldsNoOfferEither)
{
    auto const link = invited("admin");
    auto const person = world.add_person(email, "house");
    EXPECT_EQ(open_offers(), 1);
    EXPECT_EQ(world.call(remove("/api/users/" + person.id).as(token)).status, 204);
    EXPECT_EQ(open_offers(), 0);
    EXPECT_EQ(accepted(link), 410);
    EXPECT_EQ(ledger_rows("USER_DELETED"), 1);
    auto const again = invited("staff");
    EXPECT_EQ(accepted(again), 201) << "a new offer is a new offer";
}

} // namespace
} // namespace gatehouse::testing
