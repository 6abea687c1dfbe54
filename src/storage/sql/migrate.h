// The schema's way forward: migrations that travel in the binary, and what a database has of them.
#pragma once

#include "storage/sql/rows.h"
#include "storage/sql/statement.h"

#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace gatehouse::sql {

// One connection for changing the schema; synchronous, used at start and by `gatehouse migrate`.
// Every function throws StorageError.
class SchemaConnection {
public:
    virtual ~SchemaConnection() = default;
    virtual Dialect dialect() const noexcept = 0;

    // Opens a transaction that excludes every other begin() on this database, from any node; waits
    // for it. Dropped without commit(), it rolls back.
    virtual void begin() = 0;
    virtual void commit() = 0;
    virtual void rollback() noexcept = 0;

    virtual void script(std::string_view text) = 0; // several statements, no values
    virtual Rows query(Statement const& statement, Values const& values) = 0;
};

struct Migration {
    int version = 0;
    std::string name;
    std::string_view script;
    std::string checksum; // SHA-256 of the script, lower-case hex
};

// Those of the binary for one database, in order. `0001_accounts.sql` serves both unless there is a
// twin `0001_accounts.sqlite.sql`. Throws when versions are missing or named twice.
std::vector<Migration> migrations(Dialect dialect);

enum class SchemaState {
    current,
    behind, // some migrations are still to be applied
    newer, // a later gatehouse has been here
    altered, // an applied migration is not the one in this binary
    half, // migrations, tables, views or named constraints are missing between others
};

struct SchemaReport {
    SchemaState state = SchemaState::behind;
    int version = 0; // newest applied
    int wanted = 0; // newest in this binary
    std::string line; // one line: what is the matter, and the command that mends it
};

SchemaReport inspect(SchemaConnection& connection, std::span<Migration const> known);

// Thrown by migrate() for a schema that it must not touch; what() is the report's line.
class SchemaRefused : public std::runtime_error {
public:
    explicit SchemaRefused(SchemaReport report)
        : std::runtime_error(report.line)
        , report_(std::move(report))
    {
    }
    SchemaReport const& report() const noexcept { return report_; }

private:
    SchemaReport report_;
};

struct MigrationReport {
    std::vector<int> applied; // by this call; another node may have applied the others meanwhile
    SchemaReport schema; // afterwards
};

// Applies what is missing, each migration in one transaction under the lock; several nodes may do
// so at once.
MigrationReport migrate(SchemaConnection& connection, std::span<Migration const> known);

} // namespace gatehouse::sql
