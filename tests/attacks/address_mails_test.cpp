// Changing addresses is no way to fill somebody's mailbox.
#include "support/world_fixture.h"

namespace gatehouse::testing {
namespace {

class AddressMails : public InAWorld {
protected:
    Person owner = world.add_person("owner@a.test", "house");
    std::string token = world.signed_in(owner).text("token");

    Person registered(std::string const& email)
    {
        auto person = world.registered(email);
        update(person, "email_verified = true");
        return person;
    }
    static Call moving(Person const& person, std::string const& address, std::string const& bearer)
    {
        return patch("/api/users/" + person.id, {{"email", address}}).as(bearer);
    }
    std::int64_t mails_to(std::string const& address)
    {
        return world.count("outbox WHERE recipient = $1", sql::values(address));
    }
    void expect_too_many(Answer const& answer)
    {
        EXPECT_EQ(answer.status, 429) << answer.body;
        EXPECT_EQ(answer.code(), "RATE_LIMITED");
        EXPECT_GE(answer.number("retryAfterSec").value_or(0), 1);
        EXPECT_FALSE(answer.header("retry-after").empty());
    }
};
INSTANTIATE_ON_BOTH_DATABASES(AddressMails);

// One person, many victims: links to whatever addresses they say they want.
TEST_P(AddressMails, OnePersonAsksForFiveLinksAnHour)
{
    auto const ann = registered("ann@example.test");
    auto const session = world.signed_in(ann).text("token");
    for (int each = 0; each < 5; ++each) {
        auto const victim = "victim" + std::to_string(each) + "@example.test";
        EXPECT_EQ(world.call(moving(ann, victim, session)).status, 200);
        EXPECT_EQ(mails_to(victim), 1);
    }
    auto const rows = ledger_rows("PROFILE_UPDATED");
    expect_too_many(world.call(moving(ann, "victim5@example.test", session)));
    EXPECT_EQ(mails_to("victim5@example.test"), 0);
    EXPECT_EQ(
        world.text("pending_email FROM users WHERE id = $1", sql::values(ann.id)),
        "victim4@example.test"
    );
    EXPECT_EQ(ledger_rows("PROFILE_UPDATED"), rows) << "nothing changed";
    auto const renamed = patch("/api/users/" + ann.id, {{"firstName", "Ann"}}).as(session);
    EXPECT_EQ(world.call(renamed).status, 200) << "names have no ceiling";
    EXPECT_EQ(world.call(moving(ann, "Ann@example.test", session)).status, 200)
        << "nor has the own mailbox";
    world.clock.move_by(1h);
    EXPECT_EQ(world.call(moving(ann, "victim5@example.test", session)).status, 200);
}

// Many people, one victim.
TEST_P(AddressMails, OneAddressGetsFiveLinksAnHourFromWhomever)
{
    std::string const victim = "victim@example.test";
    for (int each = 0; each < 6; ++each) {
        auto const ann = registered("ann" + std::to_string(each) + "@example.test");
        auto const answer = world.call(moving(ann, victim, world.signed_in(ann).text("token")));
        if (each < 5)
            EXPECT_EQ(answer.status, 200) << each;
        else
            expect_too_many(answer);
    }
    EXPECT_EQ(mails_to(victim), 5);
    EXPECT_EQ(world.count("one_time_tokens WHERE purpose = 'change_email'"), 5);
}

// People whom the owner made up at the victim's address, moved away one after the other: a notice
// goes to the old address each time.
TEST_P(AddressMails, OneAddressGetsFiveNoticesAnHour)
{
    std::string const victim = "victim@example.test";
    for (int each = 0; each < 6; ++each) {
        auto const made = world.add_person(victim, "house");
        update(made, "role = 'staff'");
        auto const away = "away" + std::to_string(each) + "@example.test";
        auto const answer = world.call(moving(made, away, token));
        auto const is = world.text("email FROM users WHERE id = $1", sql::values(made.id));
        if (each == 5)
            expect_too_many(answer);
        else
            EXPECT_EQ(answer.status, 200) << answer.body;
        EXPECT_EQ(is, each == 5 ? victim : away);
    }
    EXPECT_EQ(mails_to(victim), 5);
}

TEST_P(AddressMails, ManyAtOnceGetFive)
{
    auto const made = world.add_person("made@example.test", "house");
    std::vector<Call> calls;
    for (int each = 0; each < 12; ++each)
        calls.push_back(moving(made, "to" + std::to_string(each) + "@example.test", token));
    EXPECT_EQ(statuses_of(world.in_parallel(calls)), (std::map<int, int>{{200, 5}, {429, 7}}));
    EXPECT_EQ(world.count("outbox"), 5);
}

TEST_P(AddressMails, WhereNobodyIsMailedThereIsNoCeiling)
{
    auto const made = world.add_person("made@example.test", "house");
    update(made, "status = 'suspended'");
    for (int each = 0; each < 8; ++each)
        EXPECT_EQ(
            world.call(moving(made, "to" + std::to_string(each) + "@example.test", token)).status,
            200
        );
    EXPECT_EQ(world.count("outbox"), 0);
}

TEST_P(AddressMails, TheProvisionerOfATestWithoutLimitsIsNotCounted)
{
    world.settings.rate_limit = false;
    world.settings.provisioning = domain::Provisioning::open;
    auto const made = world.add_person("made@example.test", "house");
    for (int each = 0; each < 8; ++each)
        EXPECT_EQ(
            world.call(moving(made, "to" + std::to_string(each) + "@example.test", "")).status, 200
        );
}

} // namespace
} // namespace gatehouse::testing
