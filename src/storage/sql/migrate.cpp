// Comparing a database with the binary's migrations, and applying what is missing.
#include "storage/sql/migrate.h"

#include "storage/sql/errors.h"
#include "storage/sql/schema_objects.h"

#include <fmt/format.h>

#include <map>
#include <optional>

namespace gatehouse::sql {
namespace {

constexpr auto ask_for_history = either({
    .postgres = "SELECT to_regclass('auth.schema_migrations') IS NOT NULL, "
                "to_regclass('auth.users') IS NOT NULL",
    .sqlite = "SELECT EXISTS (SELECT 1 FROM sqlite_master WHERE name = 'schema_migrations'), "
              "EXISTS (SELECT 1 FROM sqlite_master WHERE name = 'users')",
});
constexpr Statement
    select_history("SELECT version, checksum FROM schema_migrations ORDER BY version");
constexpr Statement
    record_migration("INSERT INTO schema_migrations (version, checksum) VALUES ($1, $2)");

using History = std::map<int, std::string>; // version → checksum

SchemaReport report(SchemaState state, int version, int wanted, std::string line)
{
    return {.state = state, .version = version, .wanted = wanted, .line = std::move(line)};
}

std::optional<SchemaReport>
find_trouble(History const& history, std::span<Migration const> known, int wanted)
{
    int const newest = history.empty() ? 0 : history.rbegin()->first;
    if (newest > wanted)
        return report(
            SchemaState::newer,
            newest,
            wanted,
            fmt::format(
                "the schema has version {}, this gatehouse knows {}: "
                "start the newer gatehouse, or restore the backup made before its `gatehouse "
                "migrate`",
                newest,
                wanted
            )
        );
    int expected = 1;
    for (auto const& [version, checksum] : history) {
        if (version != expected++)
            return report(
                SchemaState::half,
                newest,
                wanted,
                fmt::format(
                    "the schema is half-migrated: migration {} is missing before {}; "
                    "restore a backup, then run `gatehouse migrate`",
                    expected - 1,
                    version
                )
            );
        auto const& migration = known[static_cast<std::size_t>(version) - 1];
        if (checksum != migration.checksum)
            return report(
                SchemaState::altered,
                newest,
                wanted,
                fmt::format(
                    "migration {} ({}) was applied in another form than this gatehouse carries; "
                    "compare with `gatehouse migrate --check` of the gatehouse that applied it",
                    version,
                    migration.name
                )
            );
    }
    return std::nullopt;
}

} // namespace

SchemaReport inspect(SchemaConnection& connection, std::span<Migration const> known)
{
    int const wanted = static_cast<int>(known.size());
    auto const present = connection.query(ask_for_history, Values());
    bool const has_history = present.front().boolean(0);
    History history;
    if (has_history)
        for (auto const row : connection.query(select_history, Values()))
            history.emplace(static_cast<int>(row.integer(0)), row.text(1));
    if (history.empty() && (has_history || present.front().boolean(1)))
        return report(
            SchemaState::half,
            0,
            wanted,
            "the schema is half-migrated: tables are there without a record of migrations; "
            "restore a backup, or run `gatehouse migrate` on an empty database"
        );

    if (auto trouble = find_trouble(history, known, wanted))
        return std::move(*trouble);
    int const version = static_cast<int>(history.size());
    if (version < wanted)
        return report(
            SchemaState::behind,
            version,
            wanted,
            fmt::format("the schema has version {} of {}: run `gatehouse migrate`", version, wanted)
        );
    if (auto const missing = missing_objects(connection); !missing.empty())
        return report(
            SchemaState::half,
            version,
            wanted,
            fmt::format(
                "the schema is half-migrated: {} is missing; "
                "restore a backup, then run `gatehouse migrate`",
                fmt::join(missing, ", ")
            )
        );
    return report(
        SchemaState::current,
        version,
        wanted,
        fmt::format("the schema is current: version {}", version)
    );
}

MigrationReport migrate(SchemaConnection& connection, std::span<Migration const> known)
{
    MigrationReport done;
    for (;;) {
        connection.begin();
        try {
            done.schema = inspect(connection, known);
            if (done.schema.state == SchemaState::current) {
                connection.rollback();
                return done;
            }
            if (done.schema.state != SchemaState::behind)
                throw SchemaRefused(done.schema);
            auto const& next = known[static_cast<std::size_t>(done.schema.version)];
            connection.script(next.script);
            auto const recorded
                = connection.query(record_migration, values(next.version, next.checksum));
            if (recorded.changed() != 1)
                throw StorageError(StorageError::Kind::broken, "a migration could not be recorded");
            connection.commit();
            done.applied.push_back(next.version);
        } catch (...) {
            connection.rollback();
            throw;
        }
    }
}

} // namespace gatehouse::sql
