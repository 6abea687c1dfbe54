// Opening a PostgreSQL database for the engine, and for migrations.
#pragma once

#include "storage/postgres/limits.h"
#include "storage/sql/engine.h"
#include "storage/sql/migrate.h"

#include <cstddef>
#include <memory>
#include <string>

namespace gatehouse::postgres {

struct Options {
    std::size_t connections = 8;
    Limits limits;
    std::string role; // whose statements they are; empty: those of the URL's user
    sql::EngineOptions engine;
};

// `postgresql://…`. Connections open at their first use; the schema must have been migrated.
std::unique_ptr<sql::Database> open(std::string const& url, Options options);

// The connections alone, for tests that stand something between them and the engine.
sql::Drivers drivers(
    std::string const& url, std::size_t connections, Limits const& limits, std::string const& role
);

// For migrate() and inspect(). Throws StorageError when the server is not reachable.
std::unique_ptr<sql::SchemaConnection> open_schema(std::string const& url);

} // namespace gatehouse::postgres
