// Binding values, and reading results by the type that PostgreSQL says they have.
#include "storage/postgres/codec.h"

#include "core/text.h"
#include "core/time.h"
#include "storage/sql/errors.h"

#include <charconv>

namespace gatehouse::postgres {
namespace {

using sql::StorageError;

// Types by their fixed numbers (pg_type.dat).
enum Type : Oid {
    boolean_type = 16,
    bytea_type = 17,
    int8_type = 20,
    int2_type = 21,
    int4_type = 23,
    float4_type = 700,
    float8_type = 701,
    text_array_type = 1009,
    timestamptz_type = 1184,
    numeric_type = 1700,
};

struct Writer {
    std::optional<std::string> operator()(sql::Null) const { return std::nullopt; }
    std::optional<std::string> operator()(bool value) const { return value ? "t" : "f"; }
    std::optional<std::string> operator()(std::int64_t value) const
    {
        return std::to_string(value);
    }
    std::optional<std::string> operator()(double value) const
    {
        char buffer[64];
        auto const written = std::to_chars(std::begin(buffer), std::end(buffer), value);
        return std::string(std::begin(buffer), written.ptr);
    }
    std::optional<std::string> operator()(std::string const& text) const { return text; }
    std::optional<std::string> operator()(sql::Bytes const& bytes) const { return bytes.raw(); }
    std::optional<std::string> operator()(sql::TextList const& list) const
    {
        return to_array(list.texts());
    }
    std::optional<std::string> operator()(Instant at) const { return to_text(at); }
};

[[noreturn]] void refuse(std::string_view text, char const* type)
{
    throw StorageError(
        StorageError::Kind::broken,
        "PostgreSQL sent a " + std::string(type) + " of " + std::to_string(text.size())
            + " characters that cannot be read"
    );
}

template <class Number> std::optional<Number> read_number(std::string_view text)
{
    Number number{};
    auto const read = std::from_chars(text.data(), text.data() + text.size(), number);
    if (read.ec != std::errc() || read.ptr != text.data() + text.size())
        return std::nullopt;
    return number;
}

sql::Value read_integer(std::string_view text)
{
    if (auto const number = read_number<std::int64_t>(text))
        return *number;
    refuse(text, "integer");
}

sql::Value read_numeric(std::string_view text) // sums and averages; whole ones are integers
{
    if (auto const whole = read_number<std::int64_t>(text))
        return *whole;
    if (auto const number = read_number<double>(text))
        return *number;
    refuse(text, "number");
}

sql::Value read_bytes(std::string_view text)
{
    if (text.starts_with("\\x"))
        if (auto bytes = from_hex(text.substr(2)))
            return sql::Bytes(std::move(*bytes));
    refuse(text, "bytea");
}

sql::Value read_value(Oid type, std::string_view text)
{
    switch (type) {
    case boolean_type:
        return text == "t";
    case int2_type:
    case int4_type:
    case int8_type:
        return read_integer(text);
    case float4_type:
    case float8_type:
    case numeric_type:
        return read_numeric(text);
    case bytea_type:
        return read_bytes(text);
    case timestamptz_type:
        if (auto const at = parse_instant(text))
            return *at;
        refuse(text, "timestamptz");
    case text_array_type:
        if (auto list = parse_array(text))
            return sql::TextList(std::move(*list));
        refuse(text, "text[]");
    default:
        return std::string(text);
    }
}

// "INSERT 0 1" and the like count what was changed; SELECT counts what was read.
std::int64_t changed_by(PGresult const* result)
{
    auto* const unqualified = const_cast<PGresult*>(result); // libpq only reads it
    if (std::string_view(PQcmdStatus(unqualified)).starts_with("SELECT"))
        return 0;
    return read_number<std::int64_t>(PQcmdTuples(unqualified)).value_or(0);
}

} // namespace

Parameters::Parameters(sql::Values const& values)
{
    texts_.reserve(values.size());
    for (auto const& value : values.all()) {
        bool const is_bytes = std::holds_alternative<sql::Bytes>(value);
        auto& text = texts_.emplace_back(std::visit(Writer(), value));
        if (text && !is_bytes && text->find('\0') != std::string::npos)
            throw StorageError(StorageError::Kind::broken, "a text with a NUL cannot be stored");
        pointers_.push_back(text ? text->c_str() : nullptr);
        lengths_.push_back(text ? static_cast<int>(text->size()) : 0);
        formats_.push_back(is_bytes ? 1 : 0);
    }
}

sql::Rows read_rows(PGresult const* result)
{
    int const count = PQntuples(result);
    int const width = PQnfields(result);
    std::vector<sql::Value> cells;
    cells.reserve(static_cast<std::size_t>(count) * static_cast<std::size_t>(width));
    for (int row = 0; row < count; ++row)
        for (int column = 0; column < width; ++column) {
            if (PQgetisnull(result, row, column)) {
                cells.emplace_back(sql::Null());
                continue;
            }
            std::string_view const text(
                PQgetvalue(result, row, column),
                static_cast<std::size_t>(PQgetlength(result, row, column))
            );
            cells.push_back(read_value(PQftype(result, column), text));
        }
    return sql::Rows(
        std::move(cells),
        static_cast<std::size_t>(width),
        static_cast<std::size_t>(count),
        changed_by(result)
    );
}

} // namespace gatehouse::postgres
