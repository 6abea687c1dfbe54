// Asking the catalog.
#include "support/schema_columns.h"

namespace gatehouse::testing {

std::vector<SchemaColumn> columns_of_all_tables(TestDatabase& database, sql::Dialect dialect)
{
    auto const rows = database.query(
        dialect == sql::Dialect::postgres
            ? "SELECT c.table_name::text, c.column_name::text FROM information_schema.columns c "
              "JOIN information_schema.tables t ON t.table_schema = c.table_schema "
              "AND t.table_name = c.table_name WHERE c.table_schema = 'auth' "
              "AND t.table_type = 'BASE TABLE'"
            : "SELECT m.name, c.name FROM sqlite_master m, pragma_table_info(m.name) c "
              "WHERE m.type = 'table'"
    );
    std::vector<SchemaColumn> found;
    for (auto const row : rows)
        found.push_back({row.text(0), row.text(1)});
    return found;
}

} // namespace gatehouse::testing
