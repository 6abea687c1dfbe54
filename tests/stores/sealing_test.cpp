// Sealing: everything that was committed gets into its chain, once, whoever seals and whatever
// fails.
#include "domain/erasure_record.h"
#include "domain/seals.h"
#include "support/sealed_chains.h"

namespace gatehouse::testing {
namespace {
using domain::OrganizationId;

class Sealing : public SealedChains {
protected:
    void record_erased(std::vector<domain::ErasedRow> rows)
    {
        in_unit([&](domain::UnitOfWork& work) -> Async<void> {
            domain::LedgerEntry const like{
                .created_at = now, .event = domain::Event::account_deleted
            };
            for (auto& record : domain::erasure_records(rows, like))
                co_await work.ledger().append(std::move(record));
        });
        let_newest_wait();
    }
    void append_unguarded(std::string const& organization, int number)
    {
        append(organization, number, number);
        let_newest_wait();
    }
    // While no trigger says that it does.
    void let_newest_wait()
    {
        outside().run("INSERT INTO audit_unsealed (organization_id, ledger_id) SELECT "
                      "l.organization_id, l.id FROM audit_ledger l WHERE l.id = (SELECT max(id) "
                      "FROM audit_ledger)");
    }
    // History behind `seq` is taken out of the chain and waits, as if it had never been sealed.
    void put_back(int seq)
    {
        auto const behind = " WHERE organization_id = 'o' AND chain_seq > " + std::to_string(seq);
        outside().run(
            "INSERT INTO audit_unsealed (organization_id, ledger_id) SELECT organization_id, "
            "ledger_id FROM audit_seals"
            + behind + "; DELETE FROM audit_seals" + behind + "; DELETE FROM audit_checkpoints"
            + behind
        );
    }
    // Of five rows, behind the second; then a sixth.
    void let_another_node_write_anew()
    {
        unlock_ledger();
        put_back(2);
        outside().run("UPDATE audit_ledger SET outcome = 'denied' WHERE user_id = 'u4'");
        seal(); // a node that knows nothing
        append_unguarded("o", 6);
        seal();
    }
};
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

TEST_P(Sealing, ErasingPersonalDataLeavesTheChainAsItIsWhereTheLedgerTellsOfIt)
{
    fill("o", 2, 5);
    unlock_ledger();
    auto const erased_rows = outside().query(
        "UPDATE audit_ledger SET ip_address = NULL, user_agent = NULL, email = NULL, "
        "personal = NULL, pii_salt = NULL WHERE user_id IN ('u4', 'u7') RETURNING id"
    );
    auto const untold = verify("o");
    ASSERT_TRUE(untold.found);
    EXPECT_EQ(untold.found->seq, 4);
    EXPECT_NE(untold.found->what.find("no erasure tells of it"), std::string::npos);

    std::vector<domain::ErasedRow> rows;
    for (auto const row : erased_rows)
        rows.push_back({OrganizationId("o"), row.integer(0)});
    record_erased({rows.front()});
    EXPECT_EQ(verify("o").found->seq, 7); // it waits to be sealed, and counts
    seal();
    EXPECT_EQ(verify("o").found->seq, 7);
    record_erased({rows.back()});
    seal();
    auto const erased = verify("o");
    EXPECT_FALSE(erased.found) << erased.found->what;
    EXPECT_EQ(erased.erased, 2);
    outside().run("UPDATE audit_ledger SET email = 'x' WHERE user_id = 'u7'");
    auto const put_back = verify("o");
    ASSERT_TRUE(put_back.found);
    EXPECT_EQ(put_back.found->seq, 7);
}

TEST_P(Sealing, HistoryThatWasCutOffAndPutBackIsNotSealedAnew)
{
    auto const made = sealer();
    append("o", 1, 5);
    run(made->run());
    append("o", 6, 9);
    append("p", 1, 2);
    run(made->run());
    EXPECT_EQ(made->history_trouble(), "");
    unlock_ledger();
    outside().run("CREATE TABLE kept AS SELECT * FROM audit_seals; "
                  "CREATE TABLE kept_checkpoints AS SELECT * FROM audit_checkpoints");
    put_back(5);
    append_unguarded("p", 3);
    run(made->run());
    EXPECT_NE(made->history_trouble().find("ends at row 5"), std::string::npos)
        << made->history_trouble();
    EXPECT_EQ(count("audit_seals WHERE organization_id = 'o'"), 5);
    EXPECT_EQ(count("audit_unsealed WHERE organization_id = 'o'"), 4);
    EXPECT_EQ(count("audit_unsealed WHERE organization_id = 'p'"), 0); // others go on
    EXPECT_EQ(verify("p").rows, 3);

    // Put right, it goes on.
    outside().run("INSERT INTO audit_seals SELECT * FROM kept WHERE organization_id = 'o' AND "
                  "chain_seq > 5; INSERT INTO audit_checkpoints SELECT * FROM kept_checkpoints "
                  "WHERE organization_id = 'o' AND chain_seq > 5; DELETE FROM audit_unsealed");
    append_unguarded("o", 10);
    run(made->run());
    EXPECT_EQ(made->history_trouble(), "");
    EXPECT_EQ(verify("o").rows, 10);
}

TEST_P(Sealing, ANodeThatSealedNothingOfAChainKnowsWhereTheOthersLeftOff)
{
    auto const one = sealer();
    auto const other = sealer();
    append("o", 1, 5);
    run(one->run());
    run(other->run());
    append("o", 6, 9);
    run(one->run());
    run(other->run());
    unlock_ledger();
    put_back(5);
    run(other->run());
    EXPECT_NE(other->history_trouble().find("ends at row 5"), std::string::npos)
        << other->history_trouble();
    EXPECT_EQ(count("audit_seals"), 5);
    EXPECT_EQ(count("audit_unsealed"), 4);
}

TEST_P(Sealing, WhatTheOthersSignedIsTakenOverOnlyWhereItStandsOnWhatWasSealedHere)
{
    auto const made = sealer();
    append("o", 1, 5);
    run(made->run());
    let_another_node_write_anew();
    run(made->run()); // looks at it, and has nothing to seal
    append_unguarded("o", 7);
    run(made->run());
    EXPECT_NE(made->history_trouble().find("has another row there"), std::string::npos)
        << made->history_trouble();
    EXPECT_EQ(count("audit_unsealed"), 1);
}

TEST_P(Sealing, HistoryThatAnotherNodeWroteAnewIsNotSealedFurther)
{
    auto const made = sealer();
    append("o", 1, 5);
    run(made->run());
    let_another_node_write_anew();
    append_unguarded("o", 7);
    run(made->run());
    EXPECT_NE(made->history_trouble().find("has another row there"), std::string::npos)
        << made->history_trouble();
    EXPECT_EQ(count("audit_unsealed"), 1);
}

TEST_P(Sealing, WhatAnotherNodeSealedBehindItIsGoneOnWith)
{
    auto const made = sealer();
    append("o", 1, 5);
    run(made->run());
    append("o", 6, 7);
    seal();
    append("o", 8, 8);
    run(made->run());
    EXPECT_EQ(made->history_trouble(), "");
    EXPECT_EQ(verify("o").rows, 8);
}

TEST_P(Sealing, RowsThatAreSealedLongAfterTheirMomentAreCounted)
{
    append("o", 1, 3);
    seal();
    EXPECT_EQ(verify("o").sealed_late, 0);
    append("o", 4, 6);
    clock_.move_by(10min);
    seal();
    auto const report = verify("o");
    EXPECT_FALSE(report.found) << report.found->what;
    EXPECT_EQ(report.sealed_late, 3);
    ASSERT_TRUE(report.first_late);
    EXPECT_EQ(report.first_late->seq, 4);
    Folder const folder;
    write_bundle(folder.path(), "o", now, now + 1h);
    EXPECT_EQ(verify_bundle(folder.path()).sealed_late, 3);
    EXPECT_NE(ask_the_other(folder.path()).second.find("3 sealed late"), std::string::npos);
    EXPECT_NE(ask_the_other(folder.path(), "--strict").first, 0);
}

TEST_P(Sealing, AKeyTakesTheOthersPlaceAndBothAreKnown)
{
    sealing::SealerOptions options;
    options.key = &key_;
    auto const made = sealer(options);
    append("o", 1, 3);
    run(made->run());
    auto const next = run(sealing::rotate_signer(
        storage(),
        key_,
        randomness_,
        now + 1s,
        {.created_at = now, .event = domain::Event::settings_updated}
    ));
    EXPECT_NE(next, signer_->kid);
    EXPECT_EQ(run(sealing::signer_of(storage(), key_))->kid, next);
    EXPECT_EQ(count("audit_keys WHERE state = 'signing'"), 1);
    EXPECT_EQ(
        count("audit_ledger WHERE resource = 'audit_key' AND resource_id = '" + next + "'"), 1
    );
    append("o", 4, 5);
    run(made->run()); // the same sealer, that was not begun anew
    EXPECT_EQ(made->trouble(), "");
    EXPECT_EQ(count("audit_checkpoints WHERE kid = '" + next + "' AND organization_id = 'o'"), 1);
    auto const report = verify("o");
    EXPECT_FALSE(report.found) << report.found->what;
    EXPECT_EQ(report.rows, 5);

    // Whoever knows one of them knows both, in the database and out of a bundle.
    Folder const folder;
    write_bundle(folder.path(), "o", now, now + 1h);
    for (auto const& kid : {signer_->kid, next}) {
        EXPECT_EQ(run(sealing::keys_of(storage(), nullptr, kid)).all().size(), 2U);
        auto const bundle = verify_bundle(folder.path(), kid);
        EXPECT_FALSE(bundle.found) << bundle.found->what;
        auto const [status, said] = ask_the_other(folder.path(), "--kid " + kid);
        EXPECT_EQ(status, 0) << said;
    }
    // Without the signature of the one before, it is anybody's.
    outside().run(
        "UPDATE audit_keys SET previous_signature = own_signature WHERE kid = '" + next + "'"
    );
    EXPECT_EQ(run(sealing::keys_of(storage(), nullptr, signer_->kid)).all().size(), 1U);
    write_bundle(folder.path(), "o", now, now + 1h);
    EXPECT_TRUE(verify_bundle(folder.path(), signer_->kid).found);
    EXPECT_NE(ask_the_other(folder.path(), "--kid " + signer_->kid).first, 0);
}

TEST_P(Sealing, OfTwoWhoRotateAtOnceOneIsTold)
{
    domain::LedgerEntry const entry{.created_at = now, .event = domain::Event::settings_updated};
    auto const old = signer_->kid;
    run(sealing::rotate_signer(storage(), key_, randomness_, now + 1s, entry));
    in_unit([&](domain::UnitOfWork& work) -> Async<void> {
        domain::AuditKey late;
        late.kid = "late";
        late.change = domain::KeyChange{};
        late.change->previous_kid = old;
        bool const is_ours = co_await work.audit_keys().rotate(std::move(late));
        EXPECT_FALSE(is_ours);
    });
    EXPECT_EQ(count("audit_keys"), 2);
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
