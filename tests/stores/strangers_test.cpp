// What a verifier asks of the whole ledger, however long it is.
#include "domain/seals.h"
#include "sealing/loose_rows.h"
#include "support/sealed_chains.h"

namespace gatehouse::testing {
namespace {
using domain::OrganizationId;

class Strangers : public SealedChains {
protected:
    std::optional<std::int64_t> found(int rows_at_once, bool each = false)
    {
        sealing::StretchOptions const options{.rows_at_once = rows_at_once, .each = each};
        return run(sealing::find_stranger(storage(), OrganizationId("o"), options));
    }
    // Of the row with this number in its chain.
    void seal_as(std::int64_t ledger_id, std::int64_t seq)
    {
        outside().query(
            "INSERT INTO audit_seals (organization_id, chain_seq, ledger_id, prev_hash, row_hash) "
            "SELECT organization_id, $2, $1, prev_hash, row_hash FROM audit_seals WHERE "
            "organization_id = 'o' ORDER BY chain_seq LIMIT 1",
            sql::values(ledger_id, seq)
        );
    }
    std::int64_t newest()
    {
        return outside().query("SELECT max(id) FROM audit_ledger").front().integer(0);
    }
    std::vector<std::string> organizations()
    {
        auto const work = run(storage().read());
        std::vector<std::string> names;
        for (auto const& organization : run(work->sealed_ledger().organizations()))
            names.push_back(organization.text());
        return names;
    }
};
INSTANTIATE_ON_BOTH_DATABASES(Strangers);

TEST_P(Strangers, AreFoundInWhicheverStretchOfIdsTheyStand)
{
    fill("p", 1, 3);
    fill("o", 1, 7);
    fill("p", 2, 3);
    append("o", 8, 9); // they wait
    for (int rows_at_once = 1; rows_at_once <= 10; ++rows_at_once)
        EXPECT_EQ(found(rows_at_once), std::nullopt) << rows_at_once;
    unlock_ledger();
    for (int const seq : {7, 5, 4, 1}) {
        auto const where = " FROM audit_seals WHERE organization_id = 'o' AND chain_seq = "
            + std::to_string(seq);
        auto const id = outside().query("SELECT ledger_id" + where).front().integer(0);
        outside().run("DELETE" + where);
        for (int rows_at_once = 1; rows_at_once <= 10; ++rows_at_once)
            EXPECT_EQ(found(rows_at_once), id) << rows_at_once;
    }
}

TEST_P(Strangers, ANumberBelowAllOthersHidesNone)
{
    fill("o", 1, 3);
    unlock_ledger();
    for (std::int64_t const id : {std::int64_t{0}, std::int64_t{-5}}) {
        append("o", 4, 4);
        outside().query("UPDATE audit_ledger SET id = $1 WHERE id = $2", sql::values(id, newest()));
        for (bool const each : {false, true})
            EXPECT_EQ(found(2, each), id);
    }
}

// Counted alone, such a seal would make up for the row.
TEST_P(Strangers, ASealWhereNobodyFollowsTheChainHidesNoRow)
{
    fill("o", 2, 3);
    EXPECT_FALSE(verify("o").found);
    unlock_ledger();
    append("o", 7, 7);
    EXPECT_EQ(verify("o").found->id, newest());
    seal_as(newest(), 0);
    auto const wrong = verify("o").found;
    ASSERT_TRUE(wrong);
    EXPECT_EQ(wrong->id, newest());
    outside().run("UPDATE audit_seals SET ledger_id = -3 WHERE chain_seq = 0");
    EXPECT_EQ(found(100, true), newest()) << "a seal of another row";
}

TEST_P(Strangers, ARowThatWaitsAndIsSealedHidesNoOther)
{
    fill("o", 1, 5);
    unlock_ledger();
    append("o", 6, 6);
    outside().run("INSERT INTO audit_unsealed (organization_id, ledger_id) SELECT "
                  "organization_id, ledger_id FROM audit_seals WHERE chain_seq = 2");
    EXPECT_EQ(found(100), newest());
}

TEST_P(Strangers, ANumberFarBehindTheChainIsTold)
{
    fill("o", 1, 3);
    append("o", 4, 4); // waits
    unlock_ledger();
    seal_as(newest(), std::int64_t{1} << 62);
    auto const wrong = verify("o").found;
    ASSERT_TRUE(wrong);
    EXPECT_EQ(wrong->seq, 4);
    outside().run("DELETE FROM audit_seals WHERE chain_seq > 3; UPDATE audit_checkpoints SET "
                  "chain_seq = 4611686018427387904");
    EXPECT_TRUE(verify("o").found);
}

TEST_P(Strangers, EveryOrganizationIsNamedOnceInWhicheverTableItIsLeft)
{
    EXPECT_EQ(organizations(), std::vector<std::string>());
    fill("o", 2, 2);
    fill("p", 1, 2);
    append(std::string(domain::system_chain), 1, 1);
    EXPECT_EQ(organizations(), (std::vector<std::string>{"o", "p", "system"}));
    unlock_ledger();
    outside().run("DELETE FROM audit_ledger WHERE organization_id = 'o'");
    EXPECT_EQ(organizations(), (std::vector<std::string>{"o", "p", "system"}));
    outside().run("DELETE FROM audit_seals");
    EXPECT_EQ(organizations(), (std::vector<std::string>{"o", "p", "system"}));
    outside().run("DELETE FROM audit_checkpoints WHERE organization_id = 'o'");
    EXPECT_EQ(organizations(), (std::vector<std::string>{"p", "system"}));
}

} // namespace
} // namespace gatehouse::testing
