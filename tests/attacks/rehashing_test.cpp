// Replacing outdated hashes: after the answer, off its path, and never against what happened since.
#include "support/world_fixture.h"

namespace gatehouse::testing {
namespace {

constexpr char const* email = "ann@example.test";

class Rehashing : public InAWorld {
protected:
    Person ann = world.add_person(email);

    std::string hash()
    {
        return world.text("password_hash FROM users WHERE email = $1", sql::values(email));
    }
    std::string scheme()
    {
        return world.text("password_scheme FROM users WHERE email = $1", sql::values(email));
    }
    void set_hash(std::string const& text, std::optional<std::string> const& written_by = {})
    {
        world.outside().query(
            "UPDATE users SET password_hash = $2, password_scheme = $3 WHERE id = $1",
            sql::values(ann.id, text, written_by)
        );
    }
};
INSTANTIATE_ON_BOTH_DATABASES(Rehashing);

TEST_P(Rehashing, AForeignHashIsVerifiedFirstAndReplacedAfterTheAnswer)
{
    set_hash(world.usual_hash()); // no scheme: somebody else wrote it
    EXPECT_EQ(login(ann).status, 200);
    EXPECT_EQ(hash(), world.usual_hash()) << "not inside the request";
    ASSERT_EQ(world.waiting_afterwards(), 1U);
    EXPECT_TRUE(world.run_afterwards().empty());
    EXPECT_NE(hash(), world.usual_hash());
    EXPECT_EQ(scheme(), "bcrypt");
    EXPECT_EQ(login(ann).status, 200);
    EXPECT_EQ(world.waiting_afterwards(), 0U) << "once is enough";
}

TEST_P(Rehashing, AnotherCostIsReplacedToo)
{
    set_hash(crypto::hash_password(ann.password, {.cost = 5}, world.random).hash, "bcrypt");
    EXPECT_EQ(login(ann).status, 200);
    EXPECT_TRUE(world.run_afterwards().empty());
    EXPECT_TRUE(hash().starts_with("$2b$04$")) << hash();
}

TEST_P(Rehashing, AWrongPasswordReplacesNothing)
{
    set_hash(world.usual_hash());
    EXPECT_EQ(guess(email).status, 401);
    EXPECT_EQ(world.waiting_afterwards(), 0U);
}

TEST_P(Rehashing, APasswordReplacedMeanwhileIsNotUndone)
{
    set_hash(world.usual_hash());
    EXPECT_EQ(login(ann).status, 200);
    EXPECT_EQ(reset(forgotten_link(email), "Another-Horse-8").status, 200);
    auto const replaced = hash();
    EXPECT_TRUE(world.run_afterwards().empty());
    EXPECT_EQ(hash(), replaced);
    EXPECT_EQ(world.call(login_as(email, "Another-Horse-8")).status, 200);
}

// The list of behaviours §2: a rehash that fails is dropped, and the next sign-in tries again.
TEST_P(Rehashing, WhateverFailsInItHarmsNobody)
{
    for (auto const kind : every_fault)
        for (std::size_t nth = 1; nth < 20; ++nth) {
            set_hash(world.usual_hash());
            EXPECT_EQ(login(ann).status, 200);
            world.faults().arm({.nth = nth, .kind = kind, .delay = std::chrono::milliseconds(1)});
            auto const failures = world.run_afterwards();
            bool const struck = world.faults().fired();
            world.faults().disarm();
            EXPECT_EQ(failures.empty(), !struck || kind == FaultKind::slow);
            bool const replaced = hash() != world.usual_hash();
            EXPECT_EQ(scheme(), replaced ? "bcrypt" : "") << "half a replacement";
            EXPECT_EQ(login(ann).status, 200);
            EXPECT_TRUE(world.run_afterwards().empty());
            EXPECT_EQ(scheme(), "bcrypt");
            if (!struck)
                break;
        }
}

// The same for the note of when a session was last used.
TEST_P(Rehashing, ALostNoteOfUseHarmsNobody)
{
    auto const token = login(ann).text("token");
    for (auto const kind : every_fault)
        for (std::size_t nth = 1; nth < 20; ++nth) {
            world.clock.move_by(1min);
            EXPECT_EQ(status_with(token), 200);
            ASSERT_EQ(world.waiting_afterwards(), 1U);
            world.faults().arm({.nth = nth, .kind = kind, .delay = std::chrono::milliseconds(1)});
            auto const failures = world.run_afterwards();
            bool const struck = world.faults().fired();
            world.faults().disarm();
            EXPECT_EQ(failures.empty(), !struck || kind == FaultKind::slow);
            EXPECT_EQ(status_with(token), 200);
            world.forget_afterwards();
            if (!struck)
                break;
        }
}

// A damaged or hostile hash matches nothing, costs one hash, and is no outage.
TEST_P(Rehashing, DamagedHashesMatchNothing)
{
    for (auto const* const damaged :
         {"",
          "x",
          "$2b$04$",
          "$2b$31$aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
          "$argon2id$v=19$m=4294967295,t=1,p=1$AAAAAAAAAAA$AAAA",
          "*0",
          "plain:Correct-Horse-7"}) {
        set_hash(damaged);
        world.outside().query("DELETE FROM login_attempts");
        auto const hashes = world.hashes();
        EXPECT_EQ(login(ann).status, 401) << damaged;
        EXPECT_EQ(world.hashes() - hashes, 1U) << damaged;
    }
}

} // namespace
} // namespace gatehouse::testing
