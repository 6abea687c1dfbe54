// Choosing the driver by the URL: the one place that knows both.
#include "app/database.h"

#include "storage/postgres/open.h"
#include "storage/postgres/role.h"
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
    auto report = sql::migrate(*schema, sql::migrations(schema->dialect()));
    if (!is_sqlite(configuration)) // each time: a migration may have brought tables
        postgres::prepare_role(*schema, configuration.database_role);
    return report;
}

sql::SchemaReport inspect_database(Configuration const& configuration)
{
    auto const schema = open_schema(configuration);
    auto report = sql::inspect(*schema, sql::migrations(schema->dialect()));
    if (is_sqlite(configuration) || report.state != sql::SchemaState::current)
        return report;
    if (auto trouble = postgres::trouble_with_role(*schema, configuration.database_role);
        !trouble.empty()) {
        report.state = sql::SchemaState::behind;
        report.line = std::move(trouble);
    }
    return report;
}

std::unique_ptr<sql::Database> open_database(Configuration const& configuration)
{
    if (is_sqlite(configuration))
        return sqlite::open(configuration.database_url, sqlite::Options{});
    postgres::Options options;
    options.connections = static_cast<std::size_t>(configuration.database_connections);
    options.role = configuration.database_role;
    return postgres::open(configuration.database_url, options);
}

} // namespace gatehouse::app
