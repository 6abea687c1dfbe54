// Values between our types and SQLite's.
#pragma once

#include "storage/sql/value.h"

#include <cstddef>

struct sqlite3_stmt;

namespace gatehouse::sqlite {

// The place in Values that `$1`, `$2`, … stand for; throws StorageError for any other name.
std::size_t place_of(char const* parameter);

int bind_value(
    sqlite3_stmt* statement, int index, sql::Value const& value
); // an SQLite result code
sql::Value read_value(sqlite3_stmt* statement, int column); // of the current row

} // namespace gatehouse::sqlite
