// A person's data go when they ask for it, and nobody else's: proven, after a while in which it can
// be taken back, step by step whatever fails in between, and never under a legal hold.
#include "attacks/erasing.h"

namespace gatehouse::testing {
namespace {

using Erasure = Erasing;
INSTANTIATE_ON_BOTH_DATABASES(Erasure);

TEST_P(Erasure, ThePasswordIsAskedForAndGuessesAreCounted)
{
    EXPECT_EQ(world.call(remove("/api/v1/me/data").as(token)).status, 400);
    EXPECT_EQ(world.call(remove("/api/v1/me/data", {{"password", "x"}})).status, 401);
    for (int guess = 0; guess < 5; ++guess)
        EXPECT_EQ(world.call(asking(token, "not the password")).status, 401);
    EXPECT_EQ(world.call(asking(token, ann.password)).status, 429);
    EXPECT_EQ(world.count("audit_erasures"), 0);
    EXPECT_EQ(steps("requested", "erasure"), 0);
    EXPECT_TRUE(world.mails(ann.email).empty());
}

TEST_P(Erasure, AskedTwiceOrInParallelItIsOneWithOneRowAndOneMail)
{
    auto const answers = world.in_parallel(asking(token, ann.password), 4);
    EXPECT_EQ(statuses_of(answers), (std::map<int, int>{{200, 4}}));
    auto const due = ask().text("dueAt");
    EXPECT_EQ(due, answers.front().text("dueAt"));
    EXPECT_EQ(world.count("audit_erasures"), 1);
    EXPECT_EQ(steps("requested", "erasure"), 1);
    ASSERT_EQ(world.mails(ann.email).size(), 1U);
    EXPECT_EQ(world.mails(ann.email).front().kind, mail_text::MailKind::erasure_requested);
}

TEST_P(Erasure, UntilItsTimeTheAccountWorksAndItCanBeTakenBack)
{
    ask();
    world.clock.move_by(grace - 1min);
    token = world.signed_in(ann).text("token");
    run_job();
    EXPECT_EQ(status_with(token), 200);
    EXPECT_EQ(state(), "scheduled");
    EXPECT_EQ(keep().status, 200);
    EXPECT_EQ(state(), "none");
    EXPECT_EQ(keep().status, 404);
    world.clock.move_by(1h);
    run_to_the_end();
    EXPECT_EQ(status_with(token), 200);
    EXPECT_EQ(steps("taken back", "erasure"), 1);
}

TEST_P(Erasure, TakenBackTooLateItGoesOn)
{
    ask();
    world.clock.move_by(grace);
    token = world.signed_in(ann).text("token");
    run_job();
    EXPECT_EQ(keep().status, 401); // signed out
    auto work = world.run(world.storage().begin());
    EXPECT_FALSE(world.run(
        work->members().erasures().cancel(domain::OrganizationId("house"), domain::UserId(ann.id))
    ));
    world.run(work->commit());
    run_to_the_end();
    expect_erased();
}

TEST_P(Erasure, EverythingGoesAndTheChainStillVerifies)
{
    guess(ann.email);
    expect_chains_verify();
    ask();
    auto const beas = personal_rows(bea);
    EXPECT_GT(personal_rows(ann), 2);
    world.clock.move_by(grace);
    token = world.signed_in(ann).text("token");
    run_job();
    EXPECT_EQ(status_with(token), 401);
    EXPECT_EQ(live_sessions(ann), 0);
    EXPECT_EQ(login(ann).status, 401);
    EXPECT_EQ(world.mails(ann.email).back().kind, mail_text::MailKind::account_erased);
    run_job(); // the mail has not left
    EXPECT_EQ(users(ann), 1);
    run_to_the_end();
    expect_erased();
    EXPECT_EQ(users(bea), 1);
    EXPECT_EQ(personal_rows(bea), beas);
    EXPECT_EQ(world.count("audit_ledger WHERE email = 'ann@example.test'"), 0);
    EXPECT_GE(steps("rows erased"), 1); // else what is empty now were nobody's work
    expect_chains_verify();
}

TEST_P(Erasure, AMailThatNeverLeavesHoldsItUpForADayAtMost)
{
    ask();
    world.clock.move_by(grace);
    run_job();
    world.clock.move_by(23h);
    run_job();
    EXPECT_EQ(users(ann), 1);
    world.clock.move_by(2h);
    run_job();
    run_job();
    expect_erased();
}

TEST_P(Erasure, WhateverFailsInBetweenTheNextPassGoesOn)
{
    ask();
    world.clock.move_by(grace);
    int struck = 0;
    for (int at = 1; at < 200 && users(ann) > 0; ++at) {
        world.faults().arm({.nth = static_cast<std::size_t>(at)});
        try {
            run_job();
        } catch (std::exception const&) {
            EXPECT_TRUE(world.faults().fired());
        }
        struck += world.faults().fired();
        world.faults().disarm();
        world.outside().run("UPDATE outbox SET status = 'sent'");
        EXPECT_LE(steps("access ended"), 1);
        EXPECT_EQ(users(ann) == 0, world.count("audit_erasures") == 0) << at;
    }
    EXPECT_GE(struck, 20);
    run_to_the_end();
    expect_erased();
    expect_chains_verify();
}

TEST_P(Erasure, UnderALegalHoldNothingIsErasedAndNobodyIsLedToBelieveSo)
{
    hold("house", ann.id);
    EXPECT_EQ(world.call(asking(token, ann.password)).status, 409);
    world.outside().run("DELETE FROM legal_holds");
    ask();
    for (auto const& who : {ann.id, std::string()}) {
        hold("house", who);
        EXPECT_EQ(state(), "held");
        world.clock.move_by(who.empty() ? 1min : grace);
        token = world.signed_in(ann).text("token");
        run_to_the_end();
        EXPECT_EQ(status_with(token), 200);
        world.outside().run("DELETE FROM legal_holds");
    }
    run_job();
    hold("house", ann.id); // in the middle
    run_to_the_end();
    EXPECT_EQ(users(ann), 1);
    EXPECT_GT(personal_rows(ann), 0);
    world.outside().run("DELETE FROM legal_holds");
    run_to_the_end();
    expect_erased();
}

TEST_P(Erasure, RowsThatTellOfSomebodyHeldStayUntilTheHoldIsLifted)
{
    auto const changed
        = world.call(patch("/api/users/" + bea.id, {{"firstName", "Beatrix"}}).as(token));
    ASSERT_EQ(changed.status, 200) << changed.body;
    ask();
    hold("house", bea.id);
    world.clock.move_by(grace);
    run_to_the_end();
    EXPECT_EQ(users(ann), 0);
    EXPECT_EQ(personal_rows(ann), 1);
    EXPECT_EQ(steps("data erased"), 0);
    world.outside().run("DELETE FROM legal_holds");
    world.clock.move_by(25h);
    run_to_the_end();
    expect_erased();
}

TEST_P(Erasure, TheLastOwnerIsRefusedAndPostponedWhereTheyBecomeIt)
{
    update(bea, "role = 'admin'");
    auto const refused = world.call(asking(token, ann.password));
    EXPECT_EQ(refused.status, 400);
    EXPECT_EQ(refused.text("code"), "LAST_OWNER");
    update(bea, "role = 'owner'");
    ask();
    update(bea, "role = 'staff'");
    world.clock.move_by(grace);
    token = world.signed_in(ann).text("token");
    run_job();
    run_job();
    EXPECT_EQ(status_with(token), 200);
    EXPECT_EQ(steps("postponed"), 1);
    update(bea, "role = 'owner'");
    world.clock.move_by(24h);
    run_to_the_end();
    expect_erased();
}

TEST_P(Erasure, TheOnlyPersonOfAPersonalOrganizationMayGo)
{
    auto const cat = world.add_person("cat@example.test", "home");
    world.outside().run("UPDATE organizations SET kind = 'personal' WHERE id = 'home'");
    auto const of_cat = world.signed_in(cat).text("token");
    EXPECT_EQ(world.call(asking(of_cat, cat.password)).status, 200);
    world.clock.move_by(grace);
    run_to_the_end();
    EXPECT_EQ(users(cat), 0);
    EXPECT_EQ(users(ann), 1);
}

TEST_P(Erasure, WhoeverWasDeletedByOthersIsErasedThirtyDaysLater)
{
    auto const by_bea = world.signed_in(bea).text("token");
    EXPECT_EQ(world.call(remove("/api/users/" + ann.id).as(by_bea)).status, 204);
    world.clock.move_by(24h * 29);
    run_to_the_end();
    EXPECT_EQ(users(ann), 1);
    world.clock.move_by(25h);
    hold("house", "");
    run_to_the_end();
    EXPECT_EQ(users(ann), 1);
    world.outside().run("DELETE FROM legal_holds");
    run_to_the_end();
    EXPECT_EQ(users(ann), 0);
    EXPECT_EQ(personal_rows(ann), 0);
    expect_chains_verify();
}

TEST_P(Erasure, WhoeverWasDeletedBySqlIsErasedTooUnlessTheyLiveAgain)
{
    world.outside().query("DELETE FROM users WHERE id = $1", sql::values(ann.id));
    world.outside().query("DELETE FROM users WHERE id = $1", sql::values(bea.id));
    EXPECT_EQ(world.count("audit_erasures"), 2);
    world.outside().query(
        "INSERT INTO users (id, organization_id, email) VALUES ($1, 'house', 'bea@example.test')",
        sql::values(bea.id)
    );
    auto const beas = personal_rows(bea);
    world.outside().query("UPDATE audit_erasures SET due_at = $1", sql::values(world.clock.now()));
    run_to_the_end();
    EXPECT_EQ(personal_rows(ann), 0);
    EXPECT_EQ(personal_rows(bea), beas);
    EXPECT_EQ(users(bea), 1);
    EXPECT_EQ(world.count("audit_erasures"), 0);
    expect_chains_verify();
}

TEST_P(Erasure, TriesThatBelongToNobodyGoOnlyWhileNobodyElseHasTheAddress)
{
    auto const twin = world.add_person("ann@example.test", "elsewhere");
    guess(ann.email); // of two: to the system's chain, without a person
    auto const strangers = "audit_ledger WHERE organization_id = 'system' AND email IS NOT NULL";
    ASSERT_EQ(world.count(strangers), 1);
    ask();
    world.clock.move_by(grace);
    run_to_the_end();
    expect_erased();
    EXPECT_EQ(world.count(strangers), 1);
    EXPECT_EQ(users(twin), 1);
    world.outside().query("DELETE FROM users WHERE id = $1", sql::values(twin.id));
    world.outside().query("UPDATE audit_erasures SET due_at = $1", sql::values(world.clock.now()));
    run_to_the_end();
    EXPECT_EQ(world.count(strangers), 0);
    expect_chains_verify();
}

TEST_P(Erasure, OneNodeAtATime)
{
    ask();
    world.clock.move_by(grace);
    auto other = world.run(world.storage().begin());
    EXPECT_TRUE(world.run(other->members().retention().lock()));
    if (GetParam() == sql::Dialect::postgres) { // SQLite's writer is the lock
        run_job();
        EXPECT_EQ(steps("access ended"), 0);
    }
    world.run(other->commit());
    run_to_the_end();
    expect_erased();
}

TEST_P(Erasure, AnOrganizationUnderALegalHoldIsNotDeleted)
{
    hold("house", bea.id);
    EXPECT_EQ(world.call(remove("/api/organizations/house").as(token)).status, 409);
    world.outside().run("DELETE FROM legal_holds");
    EXPECT_EQ(world.call(remove("/api/organizations/house").as(token)).status, 204);
}

} // namespace
} // namespace gatehouse::testing
