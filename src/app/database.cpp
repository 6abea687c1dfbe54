// Choosing the driver by the URL: the one place that knows both.
#include "app/database.h"

#include "storage/postgres/open.h"
#include "storage/sqlite/open.h"

namespace gatehouse::app {
namespace {

bool is_sqlite(Configuration const& configuration)
{
    return configuration.database_url.starts_with("sqlite:");
}

std::unique_ptr<sql::SchemaConnection> open_schema(Configuration const& configuration)
{
    if (is_sqlite(configuration))
        return sqlite::open_schema(configuration.database_url);
    return postgres::open_schema(configuration.database_url);
}

} // namespace

sql::MigrationReport migrate_database(Configuration const& configuration)
{
    auto const schema = open_schema(configuration);
    return sql::migrate(*schema, sql::migrations(schema->dialect()));
}

sql::SchemaReport inspect_database(Configuration const& configuration)
{
    auto const schema = open_schema(configuration);
    return sql::inspect(*schema, sql::migrations(schema->dialect()));
}

std::unique_ptr<sql::Database> open_database(Configuration const& configuration)
{
    if (is_sqlite(configuration))
        return sqlite::open(configuration.database_url, sqlite::Options{});
    postgres::Options options;
    options.connections = static_cast<std::size_t>(configuration.database_connections);
    return postgres::open(configuration.database_url, options);
}

} // namespace gatehouse::app
