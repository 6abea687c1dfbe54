// Pages of a chain: each seal with its row, wherever in the ledger that one lies.
#include "domain/seals.h"
#include "support/sealed_chains.h"

namespace gatehouse::testing {
namespace {
using domain::OrganizationId;
using domain::SealedRow;

class SealedRows : public SealedChains {
protected:
    std::vector<SealedRow> page(std::int64_t after, int limit)
    {
        auto const work = run(storage().read());
        return run(work->sealed_ledger().rows(OrganizationId("o"), after, 100, limit));
    }
    // What is in the row with this number.
    void expect_row(SealedRow const& sealed, std::int64_t seq, int number)
    {
        EXPECT_EQ(sealed.seq, seq);
        ASSERT_TRUE(sealed.row) << seq;
        EXPECT_EQ(sealed.row->id, sealed.ledger_id);
        EXPECT_EQ(sealed.row->user_id, "u" + std::to_string(number));
    }
};
INSTANTIATE_ON_BOTH_DATABASES(SealedRows);

TEST_P(SealedRows, StandInTheOrderOfTheChainWhateverElseIsInTheLedger)
{
    for (int turn = 0; turn < 3; ++turn) {
        append("p", 1, 40);
        append("o", turn * 5 + 1, turn * 5 + 5);
        seal();
    }
    for (int const limit : {1, 2, 4, 7, 100})
        for (std::int64_t after = 0; after < 15; after += limit) {
            auto const found = page(after, limit);
            ASSERT_EQ(found.size(), std::min<std::size_t>(limit, 15 - after)) << limit;
            auto seq = after;
            for (auto const& sealed : found) {
                ++seq;
                expect_row(sealed, seq, static_cast<int>(seq));
            }
        }
    EXPECT_TRUE(page(15, 5).empty());
}

TEST_P(SealedRows, ThatLieFarFromEachOtherAreFoundAllTheSame)
{
    fill("o", 1, 60);
    unlock_ledger();
    auto const of_40 = page(39, 1).front().ledger_id;
    outside().run("UPDATE audit_seals SET ledger_id = -40 WHERE chain_seq = 40");
    outside().query(
        "UPDATE audit_seals SET ledger_id = $1 WHERE chain_seq = 3", sql::values(of_40)
    );
    auto const found = page(0, 10);
    ASSERT_EQ(found.size(), 10U);
    expect_row(found[2], 3, 40);
    for (int const at : {0, 1, 3, 9})
        expect_row(found[static_cast<std::size_t>(at)], at + 1, at + 1);
}

TEST_P(SealedRows, OneThatIsGoneHasASealAlone)
{
    fill("o", 1, 12);
    unlock_ledger();
    outside().run("DELETE FROM audit_ledger WHERE id IN (SELECT ledger_id FROM audit_seals WHERE "
                  "chain_seq IN (1, 6, 12))");
    auto const found = page(0, 100);
    ASSERT_EQ(found.size(), 12U);
    for (auto const& sealed : found)
        EXPECT_EQ(sealed.row.has_value(), sealed.seq != 1 && sealed.seq != 6 && sealed.seq != 12)
            << sealed.seq;
}

} // namespace
} // namespace gatehouse::testing
