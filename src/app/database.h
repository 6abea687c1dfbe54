// The configured database: brought to this binary's schema, and opened.
#pragma once

#include "app/config.h"
#include "storage/sql/connection.h"
#include "storage/sql/migrate.h"

#include <memory>

namespace gatehouse::app {

// Throws sql::SchemaRefused for a schema that this binary must not touch, and postgres::RoleRefused
// where the restricted role is missing and may not be made.
sql::MigrationReport migrate_database(Configuration const& configuration);
sql::SchemaReport inspect_database(Configuration const& configuration);

std::unique_ptr<sql::Database> open_database(Configuration const& configuration);

} // namespace gatehouse::app
