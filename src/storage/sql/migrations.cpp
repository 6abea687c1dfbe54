// The migrations of the binary, read from the names and texts of the embedded files.
#include "crypto/digest.h"
#include "storage/sql/migrate.h"
#include "storage/sql/migrations_embedded.h"

#include <charconv>
#include <map>
#include <optional>

namespace gatehouse::sql {
namespace {

struct FileName {
    int version;
    std::string name;
    bool for_sqlite_alone;
};

// `0001_accounts.sqlite.sql` → 1, "accounts", true.
std::optional<FileName> parse_name(std::string_view file)
{
    constexpr std::string_view sql = ".sql";
    constexpr std::string_view sqlite = ".sqlite";
    if (!file.ends_with(sql))
        return std::nullopt;
    file.remove_suffix(sql.size());
    bool const for_sqlite_alone = file.ends_with(sqlite);
    if (for_sqlite_alone)
        file.remove_suffix(sqlite.size());
    auto const line = file.find('_');
    int version = 0;
    auto const read = std::from_chars(file.data(), file.data() + file.size(), version);
    if (line != 4 || read.ec != std::errc() || read.ptr != file.data() + line || version < 1)
        return std::nullopt;
    return FileName{version, std::string(file.substr(line + 1)), for_sqlite_alone};
}

} // namespace

std::vector<Migration> migrations(Dialect dialect)
{
    std::map<int, Migration> chosen;
    for (auto const& file : embedded_migrations()) {
        auto const name = parse_name(file.name);
        if (!name)
            throw std::logic_error("not the name of a migration: " + std::string(file.name));
        if (name->for_sqlite_alone && dialect != Dialect::sqlite)
            continue;
        auto& migration = chosen[name->version];
        if (!migration.name.empty() && migration.name != name->name)
            throw std::logic_error("two migrations have the number of " + std::string(file.name));
        if (migration.name.empty() || name->for_sqlite_alone)
            migration = {name->version, name->name, file.text, crypto::sha256_hex(file.text)};
    }
    std::vector<Migration> all;
    for (auto& [version, migration] : chosen) {
        if (version != static_cast<int>(all.size()) + 1)
            throw std::logic_error("a migration is missing before " + std::to_string(version));
        all.push_back(std::move(migration));
    }
    return all;
}

} // namespace gatehouse::sql
