// Opening a SQLite database for the engine, and for migrations.
#pragma once

#include "storage/sql/engine.h"
#include "storage/sql/migrate.h"

#include <cstddef>
#include <memory>
#include <string>

namespace gatehouse::sqlite {

struct Options {
    std::size_t readers = 4;
    sql::EngineOptions engine;
};

// `sqlite:PATH` or a path. Connections open at their first use; the file must have been migrated.
std::unique_ptr<sql::Database> open(std::string const& url, Options options);

// The connections alone, for tests that stand something between them and the engine.
sql::Drivers drivers(std::string const& url, std::size_t readers);

// For migrate() and inspect(); creates the file and its folder where they are missing.
std::unique_ptr<sql::SchemaConnection> open_schema(std::string const& url);

} // namespace gatehouse::sqlite
