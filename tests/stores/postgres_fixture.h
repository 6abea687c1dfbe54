// Units of work on PostgreSQL alone, over the driver as it is.
#pragma once

#include "core/event_loop.h"
#include "storage/postgres/open.h"
#include "storage/postgres/role.h"
#include "storage/sql/errors.h"
#include "support/test_database.h"

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace gatehouse::testing {

class PostgresFixture : public ::testing::TestWithParam<sql::Dialect> {
public:
    static constexpr sql::Statement insert_organization{
        "INSERT INTO organizations (id, name) VALUES ($1, 'Name')"
    };
    static constexpr sql::Statement count_organizations{"SELECT count(*) FROM organizations"};

protected:
    void SetUp() override
    {
        store_ = TestDatabase::make(sql::Dialect::postgres);
        open(store_->url(), 1, postgres::Limits());
    }
    void TearDown() override
    {
        database_.reset();
        store_.reset();
    }

    void open(std::string const& url, std::size_t connections, postgres::Limits const& limits)
    {
        database_.reset();
        database_ = postgres::open(
            url,
            {.connections = connections,
             .limits = limits,
             .role = std::string(postgres::default_role),
             .engine = {}}
        );
    }
    template <class T> T run(Async<T> work) { return wait_for(loop_, std::move(work)); }
    void run(Async<void> work) { wait_for(loop_, std::move(work)); }

    std::unique_ptr<sql::Transaction> begin() { return run(database_->begin(sql::Access::write)); }
    sql::Rows query(
        sql::Transaction& work,
        sql::Statement const& statement,
        sql::Values bound = {},
        sql::Scope scope = sql::Scope::directory()
    )
    {
        return run(work.connection().query(statement, std::move(scope), std::move(bound)));
    }
    std::int64_t count()
    {
        return store_->query("SELECT count(*) FROM organizations").front().integer(0);
    }
    template <class Work> std::optional<sql::StorageError::Kind> kind_thrown_by(Work work)
    {
        try {
            work();
        } catch (sql::StorageError const& error) {
            return error.kind();
        }
        return std::nullopt;
    }
    void insert_and_commit(std::string const& id)
    {
        auto work = begin();
        query(*work, insert_organization, sql::values(id));
        run(work->commit());
    }

    EventLoop loop_;
    std::unique_ptr<TestDatabase> store_;
    std::unique_ptr<sql::Database> database_;
};

// No PostgreSQL, no tests; `make test` always has one (GATEHOUSE_REQUIRE_POSTGRES).
inline std::vector<sql::Dialect> postgres_alone()
{
    auto all = databases_to_test();
    std::erase(all, sql::Dialect::sqlite);
    return all;
}

} // namespace gatehouse::testing

#define INSTANTIATE_ON_POSTGRES(fixture)                                                           \
    GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(fixture);                                        \
    INSTANTIATE_TEST_SUITE_P(                                                                      \
        Databases,                                                                                 \
        fixture,                                                                                   \
        ::testing::ValuesIn(::gatehouse::testing::postgres_alone()),                               \
        [](auto const&) { return std::string("postgres"); }                                        \
    )
