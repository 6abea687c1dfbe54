// Tests that run on every database: TEST_P(OnBothDatabases, …) with INSTANTIATE_ON_BOTH_DATABASES.
#pragma once

#include "core/event_loop.h"
#include "storage/sql/engine.h"
#include "storage/sql/errors.h"
#include "support/faults.h"
#include "support/test_database.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>

namespace gatehouse::testing {

class OnBothDatabases : public ::testing::TestWithParam<sql::Dialect> {
protected:
    void SetUp() override { store_ = TestDatabase::make(GetParam()); }
    void TearDown() override
    {
        database_.reset();
        store_.reset();
    }

    sql::Dialect dialect() const { return GetParam(); }
    bool on_postgres() const { return dialect() == sql::Dialect::postgres; }
    TestDatabase& outside() { return *store_; }

    // The database as the server sees it, with faults in between; opened at the first use.
    sql::Database& database()
    {
        if (!database_)
            open({});
        return *database_;
    }
    void open(sql::EngineOptions options)
    {
        database_.reset();
        database_ = sql::make_database(with_faults(store_->drivers(), faults_), options);
    }
    void close() { database_.reset(); }
    Faults& faults() { return *faults_; }

    // Runs a coroutine to its end on this test's loop.
    template <class T> T run(Async<T> work) { return wait_for(loop_, std::move(work)); }
    void run(Async<void> work) { wait_for(loop_, std::move(work)); }
    EventLoop& loop() { return loop_; }

private:
    EventLoop loop_;
    std::unique_ptr<TestDatabase> store_;
    std::shared_ptr<Faults> faults_ = std::make_shared<Faults>();
    std::unique_ptr<sql::Database> database_;
};

inline std::string database_name(::testing::TestParamInfo<sql::Dialect> const& info)
{
    return info.param == sql::Dialect::postgres ? "postgres" : "sqlite";
}

} // namespace gatehouse::testing

// For OnBothDatabases and the fixtures that a test file derives from it.
#define INSTANTIATE_ON_BOTH_DATABASES(fixture)                                                     \
    INSTANTIATE_TEST_SUITE_P(                                                                      \
        Databases,                                                                                 \
        fixture,                                                                                   \
        ::testing::ValuesIn(::gatehouse::testing::databases_to_test()),                            \
        ::gatehouse::testing::database_name                                                        \
    )
