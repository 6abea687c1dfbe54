// SQLite's result codes as our errors, with the names of constraints that PostgreSQL would give.
#pragma once

struct sqlite3;

namespace gatehouse::sqlite {

// The database's last error, an extended result code: throws StorageError.
[[noreturn]] void throw_error(sqlite3* database, int code);

// Writing to the file or its log failed: what reached the disk is not known.
bool may_have_reached_the_disk(int code) noexcept;

} // namespace gatehouse::sqlite
