// Sealing: everything that was committed gets into its chain, once, whoever seals and whatever
// fails.
#include "domain/seals.h"
#include "support/sealed_chains.h"

namespace gatehouse::testing {
namespace {
using domain::OrganizationId;

class Sealing : public SealedChains { };
INSTANTIATE_ON_BOTH_DATABASES(Sealing);

TEST_P(Sealing, EachOrganizationHasItsOwnChainAndSoHasTheSystem)
{
    append("o", 1, 5);
    append("p", 1, 2);
    append("system", 1, 1);
    seal();
    append("o", 6, 7);
    seal();
    EXPECT_EQ(count("audit_unsealed"), 0);
    auto const o = verify("o");
    EXPECT_FALSE(o.found) << o.found->what;
    EXPECT_EQ(o.rows, 7);
    EXPECT_EQ(o.checkpoints, 2);
    EXPECT_EQ(verify("p").rows, 2);
    auto const system = verify("system");
    EXPECT_FALSE(system.found) << system.found->what;
    EXPECT_EQ(system.rows, 1);
    EXPECT_EQ(count("audit_seals"), 10);
    EXPECT_EQ(count("audit_checkpoints"), 4);
}

TEST_P(Sealing, WhatCommitsLateIsSealedBehindWhatWasFaster)
{
    if (!on_postgres()) { // one writer: nobody is overtaken, and ids are in the order of commits
        append("o", 1, 1);
        append("o", 2, 3);
        seal();
        EXPECT_EQ(count("audit_seals WHERE ledger_id = chain_seq"), 3);
        return;
    }
    auto late = run(storage().begin());
    auto const slow = run(late->ledger().append(entry("o", 1)));
    append("o", 2, 3); // later ids, committed first
    seal();
    EXPECT_EQ(count("audit_seals"), 2);
    run(late->commit());
    seal();
    EXPECT_EQ(count("audit_seals"), 3);
    auto const id = outside().query("SELECT ledger_id FROM audit_seals WHERE chain_seq = 3");
    EXPECT_EQ(id.front().integer(0), slow);
    auto const report = verify("o");
    EXPECT_FALSE(report.found) << report.found->what;
}

TEST_P(Sealing, ARowThatIsRolledBackNeverWaits)
{
    {
        auto work = run(storage().begin());
        run(work->ledger().append(entry("o", 1)));
    }
    append("o", 2, 2);
    seal();
    EXPECT_EQ(count("audit_seals"), 1);
    EXPECT_FALSE(verify("o").found);
}

TEST_P(Sealing, MoreThanOneBatchHoldsIsSealedInOneRunWithoutStarvingAnybody)
{
    for (auto const* const organization : {"a", "b", "c"})
        append(organization, 1, 25);
    sealing::SealerOptions options;
    options.rows_at_once = 10;
    seal(options);
    EXPECT_EQ(count("audit_unsealed"), 0);
    for (auto const* const organization : {"a", "b", "c"}) {
        auto const report = verify(organization);
        EXPECT_FALSE(report.found) << report.found->what;
        EXPECT_EQ(report.rows, 25);
    }
}

TEST_P(Sealing, OneNodeAtATimeSeals)
{
    append("o", 1, 3);
    if (on_postgres()) {
        auto other = run(storage().begin());
        EXPECT_TRUE(run(other->seals().lock()));
        seal();
        EXPECT_EQ(count("audit_unsealed"), 3);
        run(other->commit()
        ); // answered: the lock is free now; a dropped unit frees it some time later
    }
    seal();
    EXPECT_EQ(count("audit_unsealed"), 0);
    EXPECT_FALSE(verify("o").found);
}

TEST_P(Sealing, AnyStatementThatFailsLeavesTheWholeRoundUndoneAndTheNextOneMakesItGood)
{
    append("o", 1, 3);
    append("p", 1, 3);
    sealing::SealerOptions options;
    options.publish = true;
    auto const made = sealer(options);
    int failed = 0;
    for (int at = 1; at < 100; ++at) {
        faults().arm({.nth = static_cast<std::size_t>(at)});
        run(made->run());
        bool const struck = faults().fired();
        faults().disarm();
        if (!struck)
            break;
        ++failed;
        EXPECT_NE(made->trouble(), "") << at;
        EXPECT_EQ(count("audit_seals"), 0) << at;
        EXPECT_EQ(count("audit_checkpoints"), 0) << at;
        EXPECT_EQ(count("audit_unsealed"), 6) << at;
    }
    EXPECT_GE(failed, 6);
    EXPECT_EQ(made->trouble(), "");
    EXPECT_EQ(count("audit_unsealed"), 0);
    EXPECT_EQ(count("audit_unpublished"), 2);
    EXPECT_FALSE(verify("o").found);
    EXPECT_FALSE(verify("p").found);
}

TEST_P(Sealing, RowsThatWaitTooLongAreTold)
{
    append("o", 1, 1);
    sealing::SealerOptions options;
    options.may_wait = -1ms;
    auto const made = sealer(options);
    run(made->run());
    EXPECT_NE(made->trouble(), ""); // it was so when the round began
    run(made->run());
    EXPECT_NE(made->trouble().find("0 rows"), std::string::npos);
}

TEST_P(Sealing, SealsAndCheckpointsAreNeitherChangedNorTakenAway)
{
    fill("o", 1, 2);
    for (auto const* const text :
         {"UPDATE audit_seals SET ledger_id = 7",
          "DELETE FROM audit_seals",
          "UPDATE audit_checkpoints SET kid = 'x'",
          "DELETE FROM audit_checkpoints"})
        EXPECT_THROW(outside().run(text), sql::StorageError) << text;
    EXPECT_FALSE(verify("o").found);
}

TEST_P(Sealing, ErasingPersonalDataLeavesTheChainAsItIs)
{
    fill("o", 2, 5);
    unlock_ledger();
    outside().run("UPDATE audit_ledger SET ip_address = NULL, user_agent = NULL, email = NULL, "
                  "personal = NULL, pii_salt = NULL WHERE user_id IN ('u1', 'u7')");
    auto const erased = verify("o");
    EXPECT_FALSE(erased.found) << erased.found->what;
    outside().run("UPDATE audit_ledger SET email = 'x' WHERE user_id = 'u7'");
    auto const put_back = verify("o");
    ASSERT_TRUE(put_back.found);
    EXPECT_EQ(put_back.found->seq, 7);
}

TEST_P(Sealing, KeysAreSealedAndOneThatTheServerDidNotMakeIsNotBelieved)
{
    fill("o", 1, 3);
    auto const again = run(sealing::take_up_signer(storage(), key_, randomness_, now));
    EXPECT_EQ(again->kid, signer_->kid);
    auto const other = crypto::KeyEncryptionKey::mint(randomness_);
    EXPECT_THROW(run(sealing::signer_of(storage(), other)), std::runtime_error);
    EXPECT_TRUE(run(sealing::keys_of(storage(), &other, std::nullopt)).all().empty());
    // Somebody who may write every table signs the whole chain anew with a key of theirs.
    auto const theirs = run(sealing::keys_of(storage(), nullptr, "another"));
    EXPECT_TRUE(theirs.all().empty());
    auto const report
        = sealing::check_chain(storage(), theirs, OrganizationId("o"), sealing::Published());
    ASSERT_TRUE(report.found);
    EXPECT_NE(report.found->what.find("not trusted"), std::string::npos);
}

} // namespace
} // namespace gatehouse::testing
