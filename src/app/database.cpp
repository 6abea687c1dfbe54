// Choosing the driver by the URL: the one place that knows both.
#include "app/database.h"

#include "storage/postgres/feed.h"
#include "storage/postgres/open.h"
#include "storage/postgres/role.h"
#include "storage/sql/told_changes.h"
#include "storage/sqlite/open.h"
#include "storage/sqlite/watch.h"

#include <utility>

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

std::unique_ptr<sql::Database>
open_watched(Configuration const& configuration, std::shared_ptr<sqlite::Watch> watch)
{
    sqlite::Options options;
    options.watch = std::move(watch);
    return sqlite::open(configuration.database_url, std::move(options));
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

HearingDatabase open_hearing_database(
    Configuration const& configuration, Changes& changes, std::function<void()> settle
)
{
    auto const lost = [&changes] {
        changes.note_all();
    };
    if (configuration.domain.environment == domain::Environment::test)
        return {.source = nullptr, .has_feed = false, .database = open_database(configuration)};
    if (is_sqlite(configuration)) {
        auto watch = sqlite::watch(configuration.database_url, lost);
        watch->when_unexplained(std::move(settle));
        changes.follow(*watch);
        return {.source = watch, .has_feed = false, .database = open_watched(configuration, watch)};
    }
    auto const told = [&changes](std::string_view message) {
        sql::note_told(changes, message);
    };
    auto feed = std::make_shared<postgres::Feed>(
        configuration.database_url, configuration.database_role, told, lost, postgres::FeedOptions{}
    );
    changes.follow(*feed);
    return {.source = std::move(feed), .has_feed = true, .database = open_database(configuration)};
}

} // namespace gatehouse::app
