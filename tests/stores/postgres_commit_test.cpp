// COMMIT goes astray: done, failed or unknown, and never the wrong one of the three.
#include "stores/postgres_fixture.h"
#include "support/cut_proxy.h"

namespace gatehouse::testing {
namespace {

using sql::Scope;
using sql::StorageError;
using sql::values;
using Kind = StorageError::Kind;

constexpr sql::Statement warn("DO $$ BEGIN RAISE WARNING 'a warning of an operator'; END $$");

class PostgresCommit : public PostgresFixture {
protected:
    void SetUp() override
    {
        PostgresFixture::SetUp();
        proxy_ = std::make_unique<CutProxy>(store_->url());
        open(proxy_->url(), 1, {});
    }
    void TearDown() override
    {
        database_.reset();
        proxy_.reset();
        PostgresFixture::TearDown();
    }
    void expect_unknown(Cut cut)
    {
        auto work = begin();
        query(*work, insert_organization, values("a"));
        proxy_->arm(cut);
        EXPECT_THROW(run(work->commit()), sql::OutcomeUnknown);
        EXPECT_TRUE(proxy_->has_struck());
    }
    void expect_next_to_work()
    {
        insert_and_commit("next");
        EXPECT_EQ(
            store_->query("SELECT count(*) FROM organizations WHERE id = 'next'")
                .front()
                .integer(0),
            1
        );
    }

    std::unique_ptr<CutProxy> proxy_;
};
INSTANTIATE_ON_POSTGRES(PostgresCommit);

TEST_P(PostgresCommit, WhoseAnswerIsLostIsUnknownAndDone)
{
    expect_unknown(Cut::after_commit);
    EXPECT_EQ(count(), 1);
    expect_next_to_work();
}

TEST_P(PostgresCommit, ThatNeverArrivedIsUnknownAndNotDone)
{
    expect_unknown(Cut::before_commit);
    EXPECT_EQ(count(), 0);
    expect_next_to_work();
}

TEST_P(PostgresCommit, ThatIsNotAnsweredInTimeIsUnknown)
{
    open(proxy_->url(), 1, {.reply = 1s});
    expect_unknown(Cut::silence);
    expect_next_to_work();
}

TEST_P(PostgresCommit, ThatDidNotReachTheStandbyIsUnknown)
{
    expect_unknown(Cut::warning);
    EXPECT_EQ(count(), 1);
    expect_next_to_work();
}

TEST_P(PostgresCommit, WithAnotherWarningIsDone)
{
    auto work = begin();
    query(*work, insert_organization, values("a"));
    work->connection().later(warn, Scope::global(), {});
    EXPECT_NO_THROW(run(work->commit()));
    EXPECT_EQ(count(), 1);
}

TEST_P(PostgresCommit, WhoseStatementFailedIsAFailureWhateverTheWireDoes)
{
    insert_and_commit("a");
    auto work = begin();
    work->connection().later(insert_organization, Scope::directory(), values("a"));
    EXPECT_EQ(kind_thrown_by([&] { run(work->commit()); }), Kind::conflict);
    EXPECT_EQ(count(), 1);
}

TEST_P(PostgresCommit, ReadsNeverEndUnknown)
{
    proxy_->arm(Cut::after_commit);
    EXPECT_EQ(
        kind_thrown_by([&] {
            run(database_->reads().query(count_organizations, Scope::directory(), {}));
        }),
        Kind::unavailable
    );
}

} // namespace
} // namespace gatehouse::testing
