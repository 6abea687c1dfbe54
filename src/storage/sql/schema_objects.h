// What must stand in a migrated database whatever its history says.
#pragma once

#include "storage/sql/migrate.h"

#include <span>
#include <string>
#include <vector>

namespace gatehouse::sql {

// Tables, ledger views, named constraints and the triggers that keep the ledger, as far as they are
// not there. The view user_sessions is not among them: the server works without it (cases A-01).
std::vector<std::string> missing_objects(SchemaConnection& connection);

// The triggers that tell other nodes of changes, on PostgreSQL.
std::span<char const* const> telling_triggers();

} // namespace gatehouse::sql
