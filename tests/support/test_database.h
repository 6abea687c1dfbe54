// A fresh, migrated database for one test, on SQLite or PostgreSQL, gone when the test ends.
#pragma once

#include "storage/sql/driver.h"
#include "storage/sql/migrate.h"

#include <map>
#include <memory>
#include <string>
#include <vector>

namespace gatehouse::testing {

// SQLite always; PostgreSQL when GATEHOUSE_TEST_POSTGRES says where, a URL of somebody who may
// create databases. With GATEHOUSE_REQUIRE_POSTGRES=1 it is always there, and fails where it cannot
// be.
std::vector<sql::Dialect> databases_to_test();

class TestDatabase {
public:
    enum class Schema { migrated, none };

    static std::unique_ptr<TestDatabase>
    make(sql::Dialect dialect, Schema schema = Schema::migrated);
    virtual ~TestDatabase() = default;

    virtual sql::Dialect dialect() const noexcept = 0;
    virtual std::string url() const = 0;
    virtual sql::Drivers drivers() const = 0;
    virtual std::unique_ptr<sql::SchemaConnection> connect() const = 0;

    // SQL from outside, as operators and tests write it: on a connection of its own, at once.
    void run(std::string const& script);
    sql::Rows query(std::string const& text, sql::Values values = {});

protected:
    void disconnect() { outside_.reset(); }

private:
    sql::SchemaConnection& outside();

    std::unique_ptr<sql::SchemaConnection> outside_;
    // A connection keeps what it prepared under the address of the statement: each text has one.
    std::map<std::string, std::unique_ptr<sql::Statement>> statements_;
};

} // namespace gatehouse::testing
