// Naming what went wrong on SQLite.
#include "storage/sqlite/errors.h"

#include "storage/sql/errors.h"

#include <sqlite3.h>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace gatehouse::sqlite {
namespace {

using sql::StorageError;
using Violation = StorageError::Violation;

struct Finalizer {
    void operator()(sqlite3_stmt* statement) const noexcept { sqlite3_finalize(statement); }
};

// "users.organization_id, users.email" → table and columns.
struct Refused {
    std::string table;
    std::string columns; // joined by commas
};

Refused parse_columns(std::string_view list)
{
    Refused refused;
    while (!list.empty()) {
        auto const comma = list.find(", ");
        auto const one = list.substr(0, comma);
        auto const dot = one.find('.');
        refused.table = one.substr(0, dot);
        if (!refused.columns.empty())
            refused.columns += ',';
        refused.columns += dot == std::string_view::npos ? one : one.substr(dot + 1);
        list = comma == std::string_view::npos ? std::string_view() : list.substr(comma + 2);
    }
    return refused;
}

// The unique index over exactly these columns; `<table>_pkey` for the primary key, as PostgreSQL
// names it. SQLite's message tells the columns alone.
std::string index_over(sqlite3* database, Refused const& refused)
{
    static constexpr char const* query
        = "SELECT l.name, l.origin FROM pragma_index_list($1) AS l WHERE l.\"unique\" = 1 AND"
          " (SELECT group_concat(name) FROM (SELECT name FROM pragma_index_info(l.name) ORDER BY "
          "seqno)) = $2";
    sqlite3_stmt* made = nullptr;
    int const code = sqlite3_prepare_v2(database, query, -1, &made, nullptr);
    std::unique_ptr<sqlite3_stmt, Finalizer> const statement(made);
    if (code != SQLITE_OK)
        return {};
    sqlite3_bind_text(made, 1, refused.table.c_str(), -1, SQLITE_TRANSIENT);
    sqlite3_bind_text(made, 2, refused.columns.c_str(), -1, SQLITE_TRANSIENT);
    if (sqlite3_step(made) != SQLITE_ROW)
        return refused.table + "_pkey"; // an INTEGER PRIMARY KEY has no index
    auto const cell = [made](int column) {
        auto const* const text = sqlite3_column_text(made, column);
        return std::string(text ? reinterpret_cast<char const*>(text) : "");
    };
    return cell(1) == "pk" ? refused.table + "_pkey" : cell(0);
}

std::string unique_name(sqlite3* database, std::string_view told)
{
    if (told.starts_with("index '") && told.ends_with("'"))
        return std::string(told.substr(7, told.size() - 8));
    return index_over(database, parse_columns(told));
}

// What stands after "… constraint failed: ".
std::string_view told_by(std::string_view message)
{
    auto const colon = message.find(": ");
    return colon == std::string_view::npos ? std::string_view() : message.substr(colon + 2);
}

StorageError::Kind kind_of(int code)
{
    switch (code & 0xff) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_INTERRUPT:
        return StorageError::Kind::timeout;
    case SQLITE_IOERR:
    case SQLITE_CANTOPEN:
    case SQLITE_FULL:
    case SQLITE_READONLY:
        return StorageError::Kind::unavailable;
    default:
        return StorageError::Kind::broken;
    }
}

} // namespace

void throw_error(sqlite3* database, int code)
{
    std::string const message = sqlite3_errmsg(database);
    auto const told = told_by(message);
    switch (code) {
    case SQLITE_CONSTRAINT_UNIQUE:
    case SQLITE_CONSTRAINT_PRIMARYKEY:
    case SQLITE_CONSTRAINT_ROWID:
        throw StorageError(Violation::unique, unique_name(database, told), message);
    case SQLITE_CONSTRAINT_FOREIGNKEY:
        throw StorageError(Violation::foreign_key, {}, message);
    case SQLITE_CONSTRAINT_CHECK:
        throw StorageError(Violation::check, std::string(told), message);
    case SQLITE_CONSTRAINT_NOTNULL:
        throw StorageError(Violation::not_null, std::string(told), message);
    default:
        throw StorageError(kind_of(code), message + " (SQLite code " + std::to_string(code) + ")");
    }
}

bool may_have_reached_the_disk(int code) noexcept
{
    return (code & 0xff) == SQLITE_IOERR;
}

} // namespace gatehouse::sqlite
