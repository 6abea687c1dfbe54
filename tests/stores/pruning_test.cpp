// Pruning: whole batches go, a signed stub stands for them, and everything else still verifies.
#include "sealing/pruning.h"

#include "domain/prunings.h"
#include "support/sealed_chains.h"

#include <array>
#include <cstdio>
#include <future>
#include <thread>

namespace gatehouse::testing {
namespace {

class Pruning : public SealedChains {
protected:
    void SetUp() override
    {
        SealedChains::SetUp();
        add_organization("o");
        add_organization("p");
        outside().run("INSERT INTO retention_settings (organization_id, ledger_days) "
                      "VALUES ('o', 90)");
        fill("o", 5, 4); // rows 1 to 20 of the first seconds
        fill("p", 2, 4);
    }
    Instant later(std::int64_t days) const { return now + 24h * days; }
    // What is wrong with what was to go.
    std::string prune(Instant at, sealing::PruningOptions options = {})
    {
        return run(sealing::prune_ledgers(storage(), key_, at, options));
    }
    // As whoever writes tables past the server and its checks.
    void set_days(int days)
    {
        if (on_postgres())
            outside().run("ALTER TABLE retention_settings DROP CONSTRAINT IF EXISTS "
                          "retention_settings_ledger_check");
        else
            outside().run("DROP TRIGGER IF EXISTS retention_settings_ledger_updated");
        outside().run("UPDATE retention_settings SET ledger_days = " + std::to_string(days));
    }
    std::int64_t rows_of(std::string const& organization)
    {
        return count("audit_ledger WHERE organization_id = '" + organization + "'");
    }
    void expect_good(std::string const& organization)
    {
        auto const report = verify(organization);
        EXPECT_FALSE(report.found) << report.found->what;
    }
    void expect_bad(char const* word)
    {
        auto const report = verify("o");
        ASSERT_TRUE(report.found) << word;
        EXPECT_NE(report.found->what.find(word), std::string::npos) << report.found->what;
    }
    static int python(std::filesystem::path const& bundle)
    {
        auto root = std::filesystem::current_path();
        while (!std::filesystem::exists(root / "tools/verify_bundle.py") && root.has_relative_path()
        )
            root = root.parent_path();
        auto const command = "python3 " + (root / "tools/verify_bundle.py").string() + " "
            + bundle.string() + " >/dev/null 2>&1";
        return std::system(command.c_str());
    }
    void rewrite(std::filesystem::path const& path, std::string const& from, std::string const& to)
    {
        auto text = file_text(path);
        auto const at = text.find(from);
        ASSERT_NE(at, std::string::npos);
        text.replace(at, from.size(), to);
        write_file(path, text);
    }
};
INSTANTIATE_ON_BOTH_DATABASES(Pruning);

TEST_P(Pruning, WhatIsOldGoesAndTheRestStillVerifies)
{
    prune(later(89));
    EXPECT_EQ(rows_of("o"), 20);
    prune(later(92));
    seal();
    auto const report = verify("o");
    EXPECT_FALSE(report.found) << report.found->what;
    EXPECT_EQ(report.pruned, 16); // the last batch stays: the next row stands on it
    EXPECT_EQ(report.rows, 5); // and the one that says so
    EXPECT_EQ(rows_of("o"), 5);
    EXPECT_EQ(count("audit_seals WHERE organization_id = 'o'"), 5);
    EXPECT_EQ(count("audit_checkpoints WHERE organization_id = 'o'"), 2);
    EXPECT_EQ(count("audit_ledger WHERE resource = 'ledger'"), 1);
    EXPECT_EQ(rows_of("p"), 8); // keeps it without end
    expect_good("p");
}

TEST_P(Pruning, AtMostOnceADayAndOnOneStubTheNextOneStands)
{
    prune(later(92));
    prune(later(92));
    EXPECT_EQ(count("audit_ledger WHERE resource = 'ledger'"), 1);
    append("o", 21, 24);
    seal();
    append("o", 25, 28);
    seal();
    prune(later(400));
    seal();
    EXPECT_EQ(count("audit_prunings"), 1); // the newest stands for all
    EXPECT_EQ(verify("o").pruned, 25); // the row that says so is one of them
    expect_good("o");
}

TEST_P(Pruning, RowsWaitUntilAWholeDayOfThemMayGo)
{
    prune(later(90) + 12h); // all of them are older than they need to be, by less than a day
    EXPECT_EQ(rows_of("o"), 20);
    EXPECT_EQ(count("audit_prunings"), 0);
    prune(later(91) + 12h);
    EXPECT_EQ(rows_of("o"), 5);
    EXPECT_EQ(count("audit_prunings"), 1);
}

TEST_P(Pruning, ByTwoNodesAtOnceIsPruningByOne)
{
    auto const node = [this] {
        EventLoop loop;
        for (int turn = 0; turn < 5; ++turn) {
            auto pruning = sealing::prune_ledgers(storage(), key_, later(92));
            EXPECT_EQ(wait_for(loop, std::move(pruning)), "");
        }
    };
    auto other = std::async(std::launch::async, node);
    node();
    other.get();
    seal();
    EXPECT_EQ(count("audit_ledger WHERE resource = 'ledger'"), 1);
    EXPECT_EQ(count("audit_prunings"), 1);
    EXPECT_EQ(verify("o").rows, 5);
    expect_good("o");
    expect_good("p");
}

TEST_P(Pruning, NobodyElseTakesRowsAway)
{
    prune(later(92));
    for (auto const* const text :
         {"DELETE FROM audit_ledger",
          "DELETE FROM audit_seals",
          "DELETE FROM audit_checkpoints",
          "DELETE FROM audit_prunings",
          "UPDATE audit_prunings SET chain_seq = 18"})
        EXPECT_THROW(outside().run(text), sql::StorageError) << text;
    expect_good("o");
}

TEST_P(Pruning, AForgedStubIsNamed)
{
    prune(later(92));
    unlock_ledger();
    auto const forge = [&](std::string const& change) {
        if (on_postgres())
            outside().run("ALTER TABLE audit_prunings DISABLE TRIGGER USER");
        else
            outside().run("DROP TRIGGER IF EXISTS audit_prunings_no_update; "
                          "DROP TRIGGER IF EXISTS audit_prunings_no_delete");
        outside().run(change);
    };
    forge("UPDATE audit_prunings SET chain_seq = 18");
    expect_bad("the stub for the rows up to 18 has a wrong signature");
    forge("UPDATE audit_prunings SET chain_seq = 16, organization_id = 'p'");
    expect_bad("row is missing"); // the first one: nothing stands for it any more
    auto const other = verify("p");
    ASSERT_TRUE(other.found);
    EXPECT_NE(other.found->what.find("wrong signature"), std::string::npos) << other.found->what;
    forge("UPDATE audit_prunings SET organization_id = 'o', kid = 'x'");
    expect_bad("not trusted");
    forge("UPDATE audit_prunings SET kid = (SELECT kid FROM audit_keys)");
    expect_good("o");
    forge("DELETE FROM audit_seals WHERE organization_id = 'o' AND chain_seq = 17");
    expect_bad("row is missing");
    forge("DELETE FROM audit_prunings");
    expect_bad("row is missing");
}

TEST_P(Pruning, ALegalHoldOnAnybodyKeepsTheLedger)
{
    outside().run("INSERT INTO legal_holds (organization_id, user_id, reason) "
                  "VALUES ('o', 'ann', 'a case')");
    prune(later(400));
    EXPECT_EQ(rows_of("o"), 20);
    outside().run("DELETE FROM legal_holds");
    prune(later(400));
    EXPECT_EQ(rows_of("o"), 5);
}

TEST_P(Pruning, WhatWaitsToBePublishedStays)
{
    outside().run("INSERT INTO audit_unpublished (organization_id, chain_seq) VALUES ('o', 8)");
    prune(later(400));
    EXPECT_EQ(verify("o").pruned, 4);
}

TEST_P(Pruning, AnyStatementThatFailsIsMadeGoodByTheNextPass)
{
    int failed = 0;
    for (int at = 1; at < 100; ++at) {
        faults().arm({.nth = static_cast<std::size_t>(at)});
        bool threw = false;
        try {
            prune(later(92));
        } catch (std::exception const&) {
            threw = true;
        }
        bool const struck = faults().fired();
        faults().disarm();
        EXPECT_EQ(threw, struck) << at;
        expect_good("o"); // in whatever state it stopped
        if (!struck)
            break;
        ++failed;
    }
    EXPECT_GE(failed, 8);
    prune(later(92));
    EXPECT_EQ(verify("o").pruned, 16);
    EXPECT_EQ(count("audit_ledger WHERE resource = 'ledger'"), 1);
    EXPECT_EQ(count("audit_seals WHERE organization_id = 'o' AND chain_seq <= 16"), 0);
}

TEST_P(Pruning, NobodyKeepsALedgerForLessThanTheLeastWhateverTheTableSays)
{
    EXPECT_THROW(
        outside().run("UPDATE retention_settings SET ledger_days = 89"), sql::StorageError
    );
    EXPECT_THROW(
        outside().run("INSERT INTO retention_settings (organization_id, ledger_days) "
                      "VALUES ('p', 1)"),
        sql::StorageError
    );
    set_days(1);
    EXPECT_EQ(prune(later(60)), "");
    EXPECT_EQ(rows_of("o"), 20);
    prune(later(92));
    EXPECT_EQ(rows_of("o"), 5);
}

TEST_P(Pruning, DatesOfCheckpointsMakeNoRowOlder)
{
    unlock_ledger();
    outside().run("UPDATE audit_checkpoints SET first_at = '2020-01-01T00:00:00.000Z', "
                  "last_at = '2020-01-01T00:00:00.000Z' WHERE organization_id = 'o'");
    EXPECT_NE(prune(later(30)).find("younger than its checkpoint says"), std::string::npos);
    EXPECT_EQ(rows_of("o"), 20);
    EXPECT_EQ(count("audit_prunings"), 0);
    expect_bad("tells of another time than its rows");
    EXPECT_EQ(verify("o").found->seq, 4);
}

TEST_P(Pruning, RowsThatAreMadeOlderAreNotWhatWasSealed)
{
    unlock_ledger();
    outside().run("UPDATE audit_checkpoints SET first_at = '2020-01-01T00:00:00.000Z', "
                  "last_at = '2020-01-01T00:00:00.000Z' WHERE organization_id = 'o'; "
                  "UPDATE audit_ledger SET created_at = '2020-01-01T00:00:00.000Z' "
                  "WHERE organization_id = 'o'");
    EXPECT_NE(prune(later(30)).find("was changed"), std::string::npos);
    EXPECT_EQ(rows_of("o"), 20);
    EXPECT_EQ(count("audit_prunings"), 0);
}

TEST_P(Pruning, TheChainOfNobodyShrinksToo)
{
    fill("system", 5, 4);
    EXPECT_EQ(prune(later(400), {}), "");
    EXPECT_EQ(rows_of("system"), 20); // without end
    EXPECT_EQ(prune(later(60), {.system_days = 1}), "");
    EXPECT_EQ(rows_of("system"), 20); // the least holds for it, too
    EXPECT_EQ(prune(later(400), {.system_days = 400}), "");
    EXPECT_EQ(rows_of("system"), 20); // not yet
    EXPECT_EQ(prune(later(402), {.system_days = 400}), "");
    seal();
    EXPECT_EQ(rows_of("system"), 5);
    auto const report = verify("system");
    EXPECT_FALSE(report.found) << report.found->what;
    EXPECT_EQ(report.pruned, 16);
}

TEST_P(Pruning, TheChainOfNobodyStaysWhileItTellsOfSomebodyHeld)
{
    fill("system", 5, 4);
    outside().run("INSERT INTO legal_holds (organization_id, user_id, reason) "
                  "VALUES ('p', 'u7', 'a case')");
    EXPECT_EQ(prune(later(402), {.system_days = 400}), "");
    EXPECT_EQ(rows_of("system"), 20);
    outside().run("UPDATE legal_holds SET user_id = 'somebody else'");
    EXPECT_EQ(prune(later(402), {.system_days = 400}), "");
    EXPECT_EQ(rows_of("system"), 5); // and the one that says so
}

// The stub is there, and no row has gone yet.
TEST_P(Pruning, AHoldThatIsSetWhileRowsGoKeepsWhatIsLeft)
{
    for (int at = 1; count("audit_prunings") == 0; ++at) {
        faults().arm({.nth = static_cast<std::size_t>(at)});
        try {
            prune(later(92));
        } catch (std::exception const&) {
            EXPECT_TRUE(faults().fired());
        }
        faults().disarm();
        ASSERT_LT(at, 100);
    }
    outside().run("DELETE FROM legal_holds");
    auto const left = rows_of("o");
    outside().run("INSERT INTO legal_holds (organization_id, reason) VALUES ('o', 'a case')");
    EXPECT_EQ(prune(later(92)), "");
    EXPECT_EQ(rows_of("o"), left);
    expect_good("o");
    outside().run("DELETE FROM legal_holds");
    EXPECT_EQ(prune(later(92)), "");
    EXPECT_EQ(rows_of("o"), 5);
}

// Between any two statements of a verifier.
TEST_P(Pruning, WhoVerifiesMeanwhileIsToldNothingWrong)
{
    auto const known = keys();
    auto const look = [&] {
        return sealing::check_chain(
            storage(), known, domain::OrganizationId("o"), sealing::Published()
        );
    };
    faults().arm({.nth = 1'000'000});
    EXPECT_FALSE(look().found);
    auto const statements = faults().seen();
    EXPECT_GE(statements, 6U);
    for (std::size_t nth = 2; nth <= statements; ++nth) {
        fill("o", 2, 4); // of the first day
        faults().arm({.nth = nth, .kind = FaultKind::slow, .delay = std::chrono::milliseconds(150)}
        );
        auto verifying = std::async(std::launch::async, look);
        while (!faults().fired())
            std::this_thread::yield();
        EXPECT_EQ(prune(later(100 * static_cast<std::int64_t>(nth))), "");
        auto const report = verifying.get();
        EXPECT_FALSE(report.found) << nth << ": " << report.found->what;
        faults().disarm();
        seal();
        expect_good("o");
    }
    EXPECT_GT(verify("o").pruned, 40);
}

// Before its checkpoints are read, and behind them.
TEST_P(Pruning, ABundleThatIsOvertakenSaysSoAndHasNoGap)
{
    for (std::size_t const read_before : {0U, 2U}) {
        fill("o", 2, 4); // of the first day
        auto segment = run(sealing::Segment::open(
            storage(), key_, domain::OrganizationId("o"), now - 1h, later(1000)
        ));
        std::string said;
        try {
            auto const files = segment->files();
            for (std::size_t at = 0; at < files.size(); ++at) {
                if (at == read_before) {
                    EXPECT_EQ(prune(later(100 + 100 * static_cast<std::int64_t>(at))), "");
                }
                std::string text;
                while (run(files[at]->next(text)))
                    continue;
            }
        } catch (std::runtime_error const& failure) {
            said = failure.what();
        }
        EXPECT_NE(said.find("were pruned while they were exported"), std::string::npos) << said;
        seal();
    }
}

TEST_P(Pruning, ABundleStandsOnTheStubAndAForgedOneIsNamed)
{
    prune(later(92));
    seal();
    Folder const folder;
    write_bundle(folder.path(), "o", now - 1h, later(100));
    auto const stub = folder.path() / "ledger/pruning.json";
    EXPECT_NE(file_text(stub).find("\"chain_seq\":16"), std::string::npos);
    auto const good = verify_bundle(folder.path());
    EXPECT_FALSE(good.found) << good.found->what;
    EXPECT_EQ(good.pruned, 16);
    EXPECT_EQ(python(folder.path()), 0);
    auto const kept = file_text(stub);
    std::array const lies{
        std::pair(std::string("\"chain_seq\":16"), std::string("\"chain_seq\":15")),
        std::pair(
            std::string("\"organization_id\":\"o\""), std::string("\"organization_id\":\"p\"")
        ),
        std::pair(std::string("\"created_at\":\"2"), std::string("\"created_at\":\"3"))
    };
    for (auto const& [from, to] : lies) {
        rewrite(stub, from, to);
        auto const bad = verify_bundle(folder.path());
        ASSERT_TRUE(bad.found) << to;
        EXPECT_NE(bad.found->what.find("the stub"), std::string::npos) << bad.found->what;
        EXPECT_NE(python(folder.path()), 0) << to;
        write_file(stub, kept);
    }
    EXPECT_EQ(python(folder.path()), 0);
}

TEST_P(Pruning, ABundleOfATimeThatIsGoneIsEmpty)
{
    prune(later(92));
    Folder const folder;
    write_bundle(folder.path(), "o", now, now + 5s);
    auto const report = verify_bundle(folder.path());
    EXPECT_FALSE(report.found) << report.found->what;
    EXPECT_EQ(report.rows, 0);
    EXPECT_EQ(report.pruned, 16);
}

} // namespace
} // namespace gatehouse::testing
