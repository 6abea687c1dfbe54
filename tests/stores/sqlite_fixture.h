// Units of work on SQLite alone, counting how often the engine brings them to disk.
#pragma once

#include "core/event_loop.h"
#include "storage/sql/engine.h"
#include "storage/sql/errors.h"
#include "support/test_database.h"

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>
#include <utility>

namespace gatehouse::testing {

// Counts what the engine settles.
class CountingDriver final : public sql::Driver {
public:
    CountingDriver(std::unique_ptr<sql::Driver> inner, int& settled)
        : inner_(std::move(inner))
        , settled_(settled)
    {
    }
    sql::Dialect dialect() const noexcept override { return inner_->dialect(); }
    void begin(sql::Access access, sql::Deadline deadline) override
    {
        inner_->begin(access, deadline);
    }
    sql::Rows execute(std::span<sql::Call const> calls, sql::Deadline deadline) override
    {
        return inner_->execute(calls, deadline);
    }
    sql::Committed commit(std::span<sql::Call const> calls, sql::Deadline deadline) override
    {
        return inner_->commit(calls, deadline);
    }
    void settle(sql::Deadline deadline) override
    {
        ++settled_;
        inner_->settle(deadline);
    }
    void rollback() noexcept override { inner_->rollback(); }

private:
    std::unique_ptr<sql::Driver> inner_;
    int& settled_;
};

class SqliteFixture : public ::testing::Test {
public:
    static constexpr sql::Statement insert_organization{
        "INSERT INTO organizations (id, name) VALUES ($1, $2)"
    };
    static constexpr sql::Statement count_organizations{"SELECT count(*) FROM organizations"};

protected:
    void SetUp() override
    {
        store_ = TestDatabase::make(sql::Dialect::sqlite);
        open({});
    }
    void open(sql::EngineOptions options)
    {
        database_.reset();
        auto drivers = store_->drivers();
        drivers.writers[0]
            = std::make_unique<CountingDriver>(std::move(drivers.writers[0]), settled_);
        database_ = sql::make_database(std::move(drivers), options);
    }
    template <class T> T run(Async<T> work) { return wait_for(loop_, std::move(work)); }
    void run(Async<void> work) { wait_for(loop_, std::move(work)); }
    std::unique_ptr<sql::Transaction> begin(sql::Access access = sql::Access::write)
    {
        return run(database_->begin(access));
    }
    sql::Rows query(sql::Transaction& work, sql::Statement const& statement, sql::Values bound = {})
    {
        return run(work.connection().query(statement, sql::Scope::directory(), std::move(bound)));
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
        query(*work, insert_organization, sql::values(id, "Name"));
        run(work->commit());
    }

    EventLoop loop_;
    std::unique_ptr<TestDatabase> store_;
    int settled_ = 0;
    std::unique_ptr<sql::Database> database_;
};

} // namespace gatehouse::testing
