// Booleans become 0 and 1, instants fixed-width text, lists JSON: SQLite has no types of its own
// for them.
#include "storage/sqlite/bind.h"

#include "storage/sql/errors.h"
#include "storage/sql/text_list.h"

#include <sqlite3.h>

#include <charconv>
#include <new>
#include <string_view>

namespace gatehouse::sqlite {
namespace {

struct Binder {
    sqlite3_stmt* statement;
    int index;

    int operator()(sql::Null) const { return sqlite3_bind_null(statement, index); }
    int operator()(bool value) const { return sqlite3_bind_int(statement, index, value ? 1 : 0); }
    int operator()(std::int64_t value) const { return sqlite3_bind_int64(statement, index, value); }
    int operator()(double value) const { return sqlite3_bind_double(statement, index, value); }
    int operator()(std::string const& text) const
    {
        if (text.find('\0') != std::string::npos) // as PostgreSQL does
            throw sql::StorageError(
                sql::StorageError::Kind::broken, "a text with a NUL cannot be stored"
            );
        return sqlite3_bind_text64(
            statement, index, text.data(), text.size(), SQLITE_TRANSIENT, SQLITE_UTF8
        );
    }
    int operator()(sql::Bytes const& bytes) const
    {
        if (bytes.raw().empty())
            return sqlite3_bind_zeroblob(statement, index, 0); // a null pointer would bind NULL
        return sqlite3_bind_blob64(
            statement, index, bytes.raw().data(), bytes.raw().size(), SQLITE_TRANSIENT
        );
    }
    int operator()(sql::TextList const& list) const { return (*this)(sql::to_json(list.texts())); }
    int operator()(Instant at) const { return (*this)(to_text(at)); }
};

std::string text_at(sqlite3_stmt* statement, int column)
{
    auto const* const text = sqlite3_column_text(statement, column);
    auto const size = static_cast<std::size_t>(sqlite3_column_bytes(statement, column));
    if (!text)
        throw std::bad_alloc(); // the column is text: only then is there none
    return std::string(reinterpret_cast<char const*>(text), size);
}

sql::Bytes bytes_at(sqlite3_stmt* statement, int column)
{
    auto const* const bytes = static_cast<char const*>(sqlite3_column_blob(statement, column));
    auto const size = static_cast<std::size_t>(sqlite3_column_bytes(statement, column));
    return sql::Bytes(bytes ? std::string(bytes, size) : std::string());
}

} // namespace

std::size_t place_of(char const* parameter)
{
    std::string_view const name = parameter ? parameter : "";
    std::size_t number = 0;
    auto const* const end = name.data() + name.size();
    if (name.starts_with('$')) {
        auto const read = std::from_chars(name.data() + 1, end, number);
        if (read.ec == std::errc() && read.ptr == end && number >= 1)
            return number - 1;
    }
    throw sql::StorageError(
        sql::StorageError::Kind::broken,
        "a statement has a placeholder that is not $1, $2, …: '" + std::string(name) + "'"
    );
}

int bind_value(sqlite3_stmt* statement, int index, sql::Value const& value)
{
    return std::visit(Binder{statement, index}, value);
}

sql::Value read_value(sqlite3_stmt* statement, int column)
{
    switch (sqlite3_column_type(statement, column)) {
    case SQLITE_INTEGER:
        return static_cast<std::int64_t>(sqlite3_column_int64(statement, column));
    case SQLITE_FLOAT:
        return sqlite3_column_double(statement, column);
    case SQLITE_TEXT:
        return text_at(statement, column);
    case SQLITE_BLOB:
        return bytes_at(statement, column);
    default:
        return sql::Null();
    }
}

} // namespace gatehouse::sqlite
