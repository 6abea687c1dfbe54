// Replacing outdated hashes: after the answer, off its path, and never against what happened since.
#include "support/second_factors.h"

#include <future>

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

// A second factor keeps no outdated hash alive, and the sign-ins that wait for it go on.
TEST_P(Rehashing, AHashIsReplacedWhileASecondFactorIsAwaitedToo)
{
    give_factor(world, ann);
    set_hash(world.usual_hash());
    auto const first = temp_token(world, ann);
    auto const second = temp_token(world, ann, organization_login);
    EXPECT_EQ(hash(), world.usual_hash()) << "not inside the request";
    ASSERT_EQ(world.waiting_afterwards(), 2U);
    EXPECT_TRUE(world.run_afterwards().empty());
    EXPECT_NE(hash(), world.usual_hash());
    EXPECT_EQ(scheme(), "bcrypt");
    EXPECT_EQ(world.call(with_code(first, code_now(world))).status, 200);
    EXPECT_EQ(world.call(with_backup_code(second, "plain-one")).status, 200);
    temp_token(world, ann);
    EXPECT_EQ(world.waiting_afterwards(), 0U) << "once is enough";
}

TEST_P(Rehashing, APendingSignInIsNotRevivedAfterAReset)
{
    give_factor(world, ann);
    set_hash(world.usual_hash());
    auto const pending = temp_token(world, ann);
    auto const sql_changed = world.text("payload FROM one_time_tokens");
    auto const by_sql = crypto::hash_password(ann.password, {.cost = 5}, world.random).hash;
    set_hash(by_sql); // D-5: what SQL writes counts
    EXPECT_TRUE(world.run_afterwards().empty());
    EXPECT_EQ(hash(), by_sql);
    EXPECT_EQ(world.text("payload FROM one_time_tokens"), sql_changed) << "all or nothing";
    EXPECT_EQ(world.call(with_code(pending, code_now(world))).status, 401);
}

TEST_P(Rehashing, SecondStepsMayBeFinishedWhileTheHashIsReplaced)
{
    give_factor(world, ann);
    world.settings.rate_limit = false;
    for (int round = 0; round < 8; ++round) {
        set_hash(world.usual_hash());
        update(ann, "two_factor_last_step = NULL");
        auto const pending = temp_token(world, ann);
        auto finished = std::async(std::launch::async, [&] {
            return world.in_parallel(with_code(pending, code_now(world)), 1).front();
        });
        EXPECT_TRUE(world.run_afterwards().empty());
        EXPECT_EQ(finished.get().status, 200);
        EXPECT_NE(hash(), world.usual_hash());
    }
}

// Neither suspension nor a missing proof is said differently, or rehashed, for an old hash.
TEST_P(Rehashing, WhoMayNotComeInIsNotRehashed)
{
    for (auto const* const state :
         {"status = 'suspended'", "email_verified = false, self_registered = true"})
        for (auto const* const factor : {"true", "false"}) {
            update(ann, "status = 'active', email_verified = true, self_registered = false");
            update(ann, std::string("two_factor_enabled = ") + factor);
            update(ann, state);
            set_hash(world.usual_hash());
            auto const hashes = world.hashes();
            EXPECT_EQ(login(ann).status, 403) << state;
            EXPECT_EQ(world.hashes() - hashes, 1U);
            EXPECT_EQ(world.waiting_afterwards(), 0U) << state;
        }
}

TEST_P(Rehashing, WhateverFailsInItVoidsNoPendingSignIn)
{
    give_factor(world, ann);
    world.settings.rate_limit = false;
    for (auto const kind : every_fault)
        for (std::size_t nth = 1; nth < 20; ++nth) {
            set_hash(world.usual_hash());
            update(ann, "two_factor_last_step = NULL");
            auto const pending = temp_token(world, ann);
            world.faults().arm({.nth = nth, .kind = kind, .delay = std::chrono::milliseconds(1)});
            auto const failures = world.run_afterwards();
            bool const struck = world.faults().fired();
            world.faults().disarm();
            EXPECT_EQ(failures.empty(), !struck || kind == FaultKind::slow);
            EXPECT_EQ(world.call(with_code(pending, code_now(world))).status, 200) << nth;
            if (!struck)
                break;
        }
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
