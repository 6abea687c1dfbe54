// Opening a SQLite database for the engine, and for migrations.
#pragma once

#include "storage/sql/engine.h"
#include "storage/sql/migrate.h"
#include "storage/sqlite/watch.h"

#include <cstddef>
#include <memory>
#include <string>

namespace gatehouse::sqlite {

struct Options {
    std::size_t readers = 4;
    sql::EngineOptions engine;
    std::shared_ptr<Watch> watch; // told of the server's own commits
};

// `sqlite:PATH` or a path. Connections open at their first use; the file must have been migrated.
std::unique_ptr<sql::Database> open(std::string const& url, Options options);

// The connections alone, for tests that stand something between them and the engine.
sql::Drivers
drivers(std::string const& url, std::size_t readers, std::shared_ptr<Watch> const& watch = {});

// Sees whether others write to the file of that URL, which must have been migrated.
std::shared_ptr<Watch> watch(std::string const& url, std::function<void()> foreign);

// For migrate() and inspect(); creates the file and its folder where they are missing.
std::unique_ptr<sql::SchemaConnection> open_schema(std::string const& url);

} // namespace gatehouse::sqlite
