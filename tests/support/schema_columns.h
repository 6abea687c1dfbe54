// Every column of every table, as the database itself names them.
#pragma once

#include "support/test_database.h"

#include <string>
#include <vector>

namespace gatehouse::testing {

struct SchemaColumn {
    std::string table;
    std::string name;
};

std::vector<SchemaColumn> columns_of_all_tables(TestDatabase& database, sql::Dialect dialect);

} // namespace gatehouse::testing
