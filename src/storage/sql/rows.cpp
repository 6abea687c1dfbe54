// Typed reads of rows: what is not what it is read as is an error, never a default.
#include "storage/sql/rows.h"

#include "storage/sql/errors.h"
#include "storage/sql/text_list.h"

#include <fmt/format.h>

namespace gatehouse::sql {

Value const& Row::at(std::size_t column) const
{
    if (column >= width_)
        throw StorageError(
            StorageError::Kind::broken,
            fmt::format("column {} was read of a row with {}", column, width_)
        );
    return (*cells_)[first_ + column];
}

bool Row::is_null(std::size_t column) const
{
    return std::holds_alternative<Null>(at(column));
}

void Row::refuse(std::size_t column, char const* wanted) const
{
    throw StorageError(
        StorageError::Kind::broken,
        fmt::format("column {} holds {} and was read as {}", column, kind_of(at(column)), wanted)
    );
}

std::string const& Row::text(std::size_t column) const
{
    if (auto const* const text = std::get_if<std::string>(&at(column)))
        return *text;
    refuse(column, "text");
}

std::int64_t Row::integer(std::size_t column) const
{
    if (auto const* const integer = std::get_if<std::int64_t>(&at(column)))
        return *integer;
    refuse(column, "integer");
}

double Row::number(std::size_t column) const
{
    auto const& value = at(column);
    if (auto const* const number = std::get_if<double>(&value))
        return *number;
    if (auto const* const integer = std::get_if<std::int64_t>(&value))
        return static_cast<double>(*integer);
    refuse(column, "number");
}

bool Row::boolean(std::size_t column) const
{
    auto const& value = at(column);
    if (auto const* const boolean = std::get_if<bool>(&value))
        return *boolean;
    auto const* const integer = std::get_if<std::int64_t>(&value);
    if (integer && (*integer == 0 || *integer == 1))
        return *integer == 1;
    refuse(column, "boolean");
}

Instant Row::instant(std::size_t column) const
{
    auto const& value = at(column);
    if (auto const* const instant = std::get_if<Instant>(&value))
        return *instant;
    if (auto const* const text = std::get_if<std::string>(&value))
        if (auto const instant = parse_instant(*text))
            return *instant;
    refuse(column, "instant");
}

std::string const& Row::bytes(std::size_t column) const
{
    if (auto const* const bytes = std::get_if<Bytes>(&at(column)))
        return bytes->raw();
    refuse(column, "bytes");
}

std::vector<std::string> Row::texts(std::size_t column) const
{
    auto const& value = at(column);
    if (auto const* const list = std::get_if<TextList>(&value))
        return list->texts();
    if (auto const* const text = std::get_if<std::string>(&value))
        if (auto texts = texts_from_json(*text))
            return std::move(*texts);
    refuse(column, "list of texts");
}

std::optional<std::string> Row::optional_text(std::size_t column) const
{
    if (is_null(column))
        return std::nullopt;
    return text(column);
}

std::optional<std::int64_t> Row::optional_integer(std::size_t column) const
{
    if (is_null(column))
        return std::nullopt;
    return integer(column);
}

std::optional<double> Row::optional_number(std::size_t column) const
{
    if (is_null(column))
        return std::nullopt;
    return number(column);
}

std::optional<bool> Row::optional_boolean(std::size_t column) const
{
    if (is_null(column))
        return std::nullopt;
    return boolean(column);
}

std::optional<Instant> Row::optional_instant(std::size_t column) const
{
    if (is_null(column))
        return std::nullopt;
    return instant(column);
}

std::optional<std::string> Row::optional_bytes(std::size_t column) const
{
    if (is_null(column))
        return std::nullopt;
    return bytes(column);
}

std::optional<std::vector<std::string>> Row::optional_texts(std::size_t column) const
{
    if (is_null(column))
        return std::nullopt;
    return texts(column);
}

Row Rows::operator[](std::size_t row) const
{
    if (row >= count_)
        throw StorageError(
            StorageError::Kind::broken, fmt::format("row {} was read of {}", row, count_)
        );
    return Row(cells_, row * width_, width_);
}

} // namespace gatehouse::sql
