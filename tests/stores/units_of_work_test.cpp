// Units of work: all of it or nothing, alone, in parallel, in a hurry.
#include "core/handoff.h"
#include "support/database_fixture.h"

#include <array>
#include <chrono>
#include <thread>
#include <vector>

namespace gatehouse::testing {
namespace {

using sql::Access;
using sql::Scope;
using sql::StorageError;
using sql::values;
using Kind = StorageError::Kind;

constexpr sql::Statement insert_organization("INSERT INTO organizations (id, name) VALUES ($1, $2)"
);
constexpr sql::Statement
    insert_returning("INSERT INTO organizations (id, name) VALUES ($1, $2) RETURNING name");
constexpr sql::Statement rename_all("UPDATE organizations SET name = $1");
constexpr sql::Statement count_organizations("SELECT count(*) FROM organizations");
constexpr sql::Statement read_nonsense("SELECT nothing FROM nowhere");

class UnitsOfWork : public OnBothDatabases {
protected:
    std::int64_t count()
    {
        return run(database().reads().query(count_organizations, Scope::directory(), sql::Values()))
            .front()
            .integer(0);
    }
    std::unique_ptr<sql::Transaction> begin(Access access = Access::write)
    {
        return run(database().begin(access));
    }
    sql::Rows insert(sql::Transaction& work, std::string const& id)
    {
        return run(work.connection().query(
            insert_organization, Scope::organization(id), values(id, "Name")
        ));
    }

    // What was thrown, as a kind; nothing if nothing was.
    template <class Work> std::optional<Kind> kind_thrown_by(Work work)
    {
        try {
            work();
        } catch (StorageError const& error) {
            return error.kind();
        }
        return std::nullopt;
    }
};
INSTANTIATE_ON_BOTH_DATABASES(UnitsOfWork);

TEST_P(UnitsOfWork, CommittedIsThereForEverybody)
{
    auto work = begin();
    EXPECT_EQ(insert(*work, "a").changed(), 1);
    run(work->commit());
    EXPECT_EQ(count(), 1);
    EXPECT_EQ(outside().query("SELECT name FROM organizations").front().text(0), "Name");
}

TEST_P(UnitsOfWork, UncommittedIsSeenByItselfAlone)
{
    auto work = begin();
    insert(*work, "a");
    EXPECT_EQ(
        run(work->connection().query(count_organizations, Scope::directory(), {}))
            .front()
            .integer(0),
        1
    );
    EXPECT_EQ(count(), 0);
    EXPECT_EQ(outside().query("SELECT count(*) FROM organizations").front().integer(0), 0);
}

TEST_P(UnitsOfWork, DroppedLeavesNothing)
{
    {
        auto work = begin();
        insert(*work, "a");
    }
    EXPECT_EQ(count(), 0);
    auto next = begin(); // and the connection serves the next one
    insert(*next, "a");
    run(next->commit());
    EXPECT_EQ(count(), 1);
}

TEST_P(UnitsOfWork, WithoutStatementsCommitsNothingAndTakesNoConnection)
{
    open({.waiting_units = 0}); // nobody would get a connection
    auto work = begin();
    EXPECT_NO_THROW(run(work->commit()));
}

TEST_P(UnitsOfWork, StatementsForLaterRunInOrderBeforeTheNextAndAtTheCommit)
{
    auto work = begin();
    work->connection().later(insert_organization, Scope::organization("a"), values("a", "First"));
    work->connection().later(rename_all, Scope::directory(), values("Second"));
    EXPECT_EQ(
        run(work->connection().query(count_organizations, Scope::directory(), {}))
            .front()
            .integer(0),
        1
    );
    work->connection().later(insert_organization, Scope::organization("b"), values("b", "Third"));
    run(work->commit());
    auto const rows = outside().query("SELECT name FROM organizations ORDER BY id");
    ASSERT_EQ(rows.size(), 2u);
    EXPECT_EQ(rows[0].text(0), "Second");
    EXPECT_EQ(rows[1].text(0), "Third");
}

TEST_P(UnitsOfWork, FailureOfAStatementForLaterFailsTheCommit)
{
    auto work = begin();
    insert(*work, "a");
    work->connection().later(insert_organization, Scope::organization("a"), values("a", "Again"));
    EXPECT_EQ(kind_thrown_by([&] { run(work->commit()); }), Kind::conflict);
    EXPECT_EQ(count(), 0);
}

TEST_P(UnitsOfWork, FailureOfAStatementForLaterFailsTheNextQuery)
{
    auto work = begin();
    work->connection().later(read_nonsense, Scope::global(), {});
    EXPECT_EQ(kind_thrown_by([&] { insert(*work, "a"); }), Kind::broken);
    EXPECT_TRUE(kind_thrown_by([&] { run(work->commit()); }));
    EXPECT_EQ(count(), 0);
}

TEST_P(UnitsOfWork, OnlyStatementsForLaterAreCommittedToo)
{
    auto work = begin();
    work->connection().later(insert_organization, Scope::organization("a"), values("a", "A"));
    run(work->commit());
    EXPECT_EQ(count(), 1);
}

TEST_P(UnitsOfWork, AFailedStatementEndsItsUnitAndNothingOfItStays)
{
    auto work = begin();
    insert(*work, "a");
    EXPECT_EQ(
        kind_thrown_by([&] { run(work->connection().query(read_nonsense, Scope::global(), {})); }),
        Kind::broken
    );
    EXPECT_TRUE(kind_thrown_by([&] { insert(*work, "b"); }));
    EXPECT_TRUE(kind_thrown_by([&] { run(work->commit()); }));
    EXPECT_EQ(count(), 0);
    auto next = begin();
    insert(*next, "c");
    run(next->commit());
    EXPECT_EQ(count(), 1);
}

TEST_P(UnitsOfWork, AConflictNamesItsConstraintAlike)
{
    auto first = begin();
    insert(*first, "a");
    run(first->commit());
    auto second = begin();
    try {
        insert(*second, "a");
        FAIL() << "a second row with the same id";
    } catch (StorageError const& error) {
        EXPECT_EQ(error.kind(), Kind::conflict);
        EXPECT_EQ(error.violation(), StorageError::Violation::unique);
        EXPECT_EQ(error.constraint(), "organizations_pkey");
    }
}

TEST_P(UnitsOfWork, ReturningGivesRowsAndTheirNumber)
{
    auto work = begin();
    auto const rows
        = run(work->connection().query(insert_returning, Scope::organization("a"), values("a", "A"))
        );
    ASSERT_EQ(rows.size(), 1u);
    EXPECT_EQ(rows.front().text(0), "A");
    EXPECT_EQ(rows.changed(), 1);
    auto const none = run(work->connection().query(rename_all, Scope::directory(), values("B")));
    EXPECT_TRUE(none.empty());
    EXPECT_EQ(none.changed(), 1);
}

TEST_P(UnitsOfWork, ASecondCommitIsAnError)
{
    auto work = begin();
    insert(*work, "a");
    run(work->commit());
    EXPECT_EQ(kind_thrown_by([&] { run(work->commit()); }), Kind::broken);
    EXPECT_EQ(kind_thrown_by([&] { insert(*work, "b"); }), Kind::broken);
    EXPECT_EQ(count(), 1);
}

TEST_P(UnitsOfWork, ReadingUnitsCannotWrite)
{
    auto work = begin(Access::read);
    EXPECT_TRUE(kind_thrown_by([&] { insert(*work, "a"); }));
    EXPECT_EQ(count(), 0);
    EXPECT_EQ(
        kind_thrown_by([&] { database().reads().later(rename_all, Scope::global(), values("x")); }),
        Kind::broken
    );
    EXPECT_TRUE(kind_thrown_by([&] {
        run(database().reads().query(rename_all, Scope::global(), values("x")));
    }));
}

TEST_P(UnitsOfWork, ReadersDoNotWaitForAWriter)
{
    auto writer = begin();
    insert(*writer, "a");
    auto first = begin(Access::read);
    auto second = begin(Access::read);
    for (auto* const reader : {first.get(), second.get()})
        EXPECT_EQ(
            run(reader->connection().query(count_organizations, Scope::directory(), {}))
                .front()
                .integer(0),
            0
        );
    run(writer->commit());
    EXPECT_EQ(count(), 1);
}

TEST_P(UnitsOfWork, ClosingWhileOneIsOpenRollsItBack)
{
    auto work = begin();
    insert(*work, "a");
    work.reset();
    close();
    EXPECT_EQ(outside().query("SELECT count(*) FROM organizations").front().integer(0), 0);
}

} // namespace
} // namespace gatehouse::testing
