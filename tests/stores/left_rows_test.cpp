// Between a stub and the removal of what it stands for: nothing may be slipped in there, changed or
// taken away.
#include "sealing/left_rows.h"

#include "domain/prunings.h"
#include "domain/seals.h"
#include "sealing/pruning.h"
#include "support/sealed_chains.h"

#include <future>

namespace gatehouse::testing {
namespace {

// Rows 1 to 20 of "o", of which a stub stands for 16 that are all still there.
class LeftRows : public SealedChains {
protected:
    void SetUp() override
    {
        SealedChains::SetUp();
        add_organization("o");
        outside().run("INSERT INTO retention_settings (organization_id, ledger_days) "
                      "VALUES ('o', 90)");
        fill("o", 5, 4);
        for (std::size_t at = 1; count("audit_prunings") == 0; ++at) {
            ASSERT_LT(at, 100U);
            faults().arm({.nth = at});
            try {
                run(sealing::prune_ledgers(storage(), key_, now + 24h * 92));
            } catch (std::exception const&) {
                EXPECT_TRUE(faults().fired());
            }
            faults().disarm();
        }
        seal();
        unlock_ledger();
        ASSERT_EQ(left(), 16);
    }
    std::int64_t left() { return count("audit_seals WHERE chain_seq <= 16"); }
    std::int64_t ledger_id(int seq)
    {
        auto const rows = outside().query(
            "SELECT ledger_id FROM audit_seals WHERE organization_id = 'o' AND chain_seq = $1",
            sql::values(seq)
        );
        return rows.front().integer(0);
    }
    // As removing does, one unit after the other.
    void remove_up_to(int seq)
    {
        auto const gone = " FROM audit_seals WHERE organization_id = 'o' AND chain_seq <= "
            + std::to_string(seq);
        outside().run("DELETE FROM audit_ledger WHERE id IN (SELECT ledger_id" + gone + ")");
        outside().run("DELETE" + gone);
    }
    // A row past the server, with a seal that says it had been there.
    std::int64_t put_in(int seq)
    {
        append("o", 90, 90);
        auto const id = outside().query("SELECT max(id) FROM audit_ledger").front().integer(0);
        outside().query(
            "INSERT INTO audit_seals (organization_id, chain_seq, ledger_id, prev_hash, row_hash) "
            "SELECT organization_id, $2, $1, prev_hash, row_hash FROM audit_seals WHERE chain_seq "
            "= 20",
            sql::values(id, seq)
        );
        outside().run("DELETE FROM audit_unsealed");
        return id;
    }
    sealing::Found found(int rows_at_once)
    {
        auto stub = run(sealing::newest_stub(storage(), domain::OrganizationId("o")));
        return run(sealing::check_left_rows(storage(), std::move(*stub), rows_at_once));
    }
    void expect_found(std::int64_t id, std::string const& where)
    {
        for (int const rows_at_once : {1, 2, 3, 5, 15, 16, 17, 100}) {
            auto const wrong = found(rows_at_once);
            ASSERT_TRUE(wrong) << where << ", by " << rows_at_once;
            EXPECT_EQ(wrong->id, id) << where << ", by " << rows_at_once << ": " << wrong->what;
        }
        auto const wrong = verify("o").found;
        ASSERT_TRUE(wrong) << where;
        EXPECT_EQ(wrong->id, id) << where << ": " << wrong->what;
    }
};
INSTANTIATE_ON_BOTH_DATABASES(LeftRows);

TEST_P(LeftRows, AreNoFindingHoweverFarRemovingHasCome)
{
    for (int const gone : {0, 1, 4, 15, 16}) {
        remove_up_to(gone);
        EXPECT_EQ(left(), 16 - gone);
        for (int rows_at_once = 1; rows_at_once <= 18; ++rows_at_once)
            EXPECT_FALSE(found(rows_at_once)) << gone << ", by " << rows_at_once;
        auto const wrong = verify("o").found;
        EXPECT_FALSE(wrong) << gone << ": " << wrong->what;
    }
}

// Between any two statements of whoever looks.
TEST_P(LeftRows, WhatGoesMeanwhileIsNoFinding)
{
    for (int unit = 1; unit <= 8; ++unit) {
        auto const nth
            = static_cast<std::size_t>(9 - unit); // the fewer there are, the fewer it asks
        faults().arm({.nth = nth, .kind = FaultKind::slow, .delay = std::chrono::milliseconds(150)}
        );
        auto looking = std::async(std::launch::async, [&] { return found(3); });
        while (!faults().fired() && looking.wait_for(1ms) != std::future_status::ready)
            continue;
        EXPECT_TRUE(faults().fired()) << unit;
        remove_up_to(2 * unit);
        auto const wrong = looking.get();
        EXPECT_FALSE(wrong) << unit << ": " << wrong->what;
        faults().disarm();
    }
    EXPECT_EQ(left(), 0);
}

TEST_P(LeftRows, ARowThatIsPutInWhereOthersAreGoneIsNamed)
{
    for (int const gone : {4, 16}) {
        remove_up_to(gone);
        for (int const seq : {1, gone - 1, gone}) {
            auto const id = put_in(seq);
            expect_found(id, std::to_string(seq) + " of " + std::to_string(gone));
            outside().run("DELETE FROM audit_seals WHERE ledger_id = " + std::to_string(id));
            outside().run("DELETE FROM audit_ledger WHERE id = " + std::to_string(id));
        }
    }
}

TEST_P(LeftRows, ARowThatIsChangedIsNamed)
{
    remove_up_to(2);
    for (int const seq : {3, 9, 16}) {
        auto const of_it = " WHERE id = " + std::to_string(ledger_id(seq));
        outside().run("UPDATE audit_ledger SET event_type = 'LOGIN_FAILED'" + of_it);
        expect_found(ledger_id(seq), std::to_string(seq));
        outside().run("UPDATE audit_ledger SET event_type = 'LOGIN_SUCCESS'" + of_it);
        EXPECT_FALSE(found(100));
    }
    outside().run(
        "UPDATE audit_ledger SET email = 'eve@example.test' WHERE id = "
        + std::to_string(ledger_id(7))
    );
    expect_found(ledger_id(7), "its address");
}

TEST_P(LeftRows, ARowThatIsTakenAwayIsSeen)
{
    auto const gone = ledger_id(9);
    outside().run("DELETE FROM audit_ledger WHERE id = " + std::to_string(gone));
    expect_found(gone, "with its seal left");
    outside().run("DELETE FROM audit_seals WHERE ledger_id = " + std::to_string(gone));
    expect_found(ledger_id(1), "with its seal");
    EXPECT_NE(found(100)->what.find("row 9 was taken away"), std::string::npos);
}

} // namespace
} // namespace gatehouse::testing
