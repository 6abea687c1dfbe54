// The configured database: brought to this binary's schema, and opened.
#pragma once

#include "app/config.h"
#include "core/changes.h"
#include "storage/sql/connection.h"
#include "storage/sql/migrate.h"

#include <functional>
#include <memory>

namespace gatehouse::app {

// Throws sql::SchemaRefused for a schema that this binary must not touch, and postgres::RoleRefused
// where the restricted role is missing and may not be made.
sql::MigrationReport migrate_database(Configuration const& configuration);
sql::SchemaReport inspect_database(Configuration const& configuration);

std::unique_ptr<sql::Database> open_database(Configuration const& configuration);

// The same for a server that keeps rows in memory: `source` hears what others change and notes it
// in `changes`, which must outlive both. Null in env test, where nothing is kept (spec/database
// §1). `settle` is called, at most once in a while, where only a commit of this process tells what
// others have done (Storage::settle_changes).
struct HearingDatabase {
    std::shared_ptr<ChangeSource> source;
    bool has_feed = false; // a connection that may be lost: PostgreSQL
    std::unique_ptr<sql::Database> database;
};
HearingDatabase open_hearing_database(
    Configuration const& configuration, Changes& changes, std::function<void()> settle
);

} // namespace gatehouse::app
