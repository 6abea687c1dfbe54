// The fault layer itself, and the loop over every statement of a unit: whole, nothing, or honestly
// unknown.
#include "support/database_fixture.h"

namespace gatehouse::testing {
namespace {

using sql::Access;
using sql::Scope;
using sql::values;

constexpr sql::Statement insert_organization(
    "INSERT INTO organizations (id, name) VALUES ($1, 'Name') ON CONFLICT DO NOTHING"
);
constexpr sql::Statement insert_user(
    "INSERT INTO users (id, organization_id, email) VALUES ($1, 'o', $1) ON CONFLICT DO NOTHING"
);
constexpr sql::Statement find_user("SELECT id FROM users WHERE id = $1");

class StatementFaults : public OnBothDatabases {
protected:
    enum class End { done, failed, unknown };

    // A use case with what stores use: queries, statements for later, a commit. Safe to repeat.
    static Async<void> register_two(sql::Database& database)
    {
        auto const work = co_await database.begin(Access::write);
        auto& connection = work->connection();
        co_await connection.query(insert_organization, Scope::directory(), values("o"));
        connection.later(insert_user, Scope::organization("o"), values("u"));
        auto const found
            = co_await connection.query(find_user, Scope::organization("o"), values("u"));
        EXPECT_EQ(found.size(), 1u);
        connection.later(insert_user, Scope::organization("o"), values("v"));
        co_await work->commit();
    }

    End run_once()
    {
        try {
            run(register_two(database()));
            return End::done;
        } catch (sql::OutcomeUnknown const&) {
            return End::unknown;
        } catch (sql::StorageError const&) {
            return End::failed;
        }
    }

    std::int64_t rows()
    {
        return outside()
            .query("SELECT (SELECT count(*) FROM organizations) + (SELECT count(*) FROM users)")
            .front()
            .integer(0);
    }
    void empty() { outside().run("DELETE FROM users; DELETE FROM organizations"); }
};
INSTANTIATE_ON_BOTH_DATABASES(StatementFaults);

TEST_P(StatementFaults, EveryStatementInTurnLeavesAllOrNothing)
{
    std::size_t struck = 0;
    for (auto const kind : every_fault)
        for (std::size_t nth = 1;; ++nth) {
            empty();
            faults().arm({nth, kind});
            auto const end = run_once();
            if (!faults().fired())
                break;
            ++struck;
            auto const told = std::string(name_of(kind)) + " at statement " + std::to_string(nth);
            auto const kept = rows();
            if (end == End::done)
                EXPECT_EQ(kept, 3) << told;
            else if (end == End::failed)
                EXPECT_EQ(kept, 0) << told;
            else
                EXPECT_TRUE(kept == 0 || kept == 3) << told << " kept " << kept;
            EXPECT_EQ(end == End::done, kind == FaultKind::slow) << told;
            faults().disarm();
            EXPECT_EQ(run_once(), End::done) << told; // again, and it converges
            EXPECT_EQ(rows(), 3) << told;
        }
    EXPECT_EQ(struck, std::size(every_fault) * 6); // BEGIN, four statements, COMMIT
}

TEST_P(StatementFaults, UnknownIsSometimesDoneAndSometimesNot)
{
    for (auto const& [kind, expected] :
         {std::pair(FaultKind::error_after, 3),
          std::pair(FaultKind::disconnect, 0),
          std::pair(FaultKind::time_out, 0)}) {
        empty();
        faults().arm({6, kind});
        EXPECT_EQ(run_once(), End::unknown) << name_of(kind);
        EXPECT_EQ(rows(), expected) << name_of(kind);
    }
}

TEST_P(StatementFaults, NothingHappensUnlessArmed)
{
    EXPECT_EQ(run_once(), End::done);
    EXPECT_FALSE(faults().fired());
    EXPECT_EQ(faults().seen(), 6u);
}

} // namespace
} // namespace gatehouse::testing
