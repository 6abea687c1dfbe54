// Writing rows.
#include "features/reports/sheet.h"

#include "core/csv.h"
#include "domain/refusal.h"

#include <stdexcept>
#include <string_view>
#include <utility>

namespace gatehouse::reports {
namespace {

std::string plain(json::Value const& cell)
{
    if (auto const* const text = cell.text())
        return *text;
    if (auto const* const truth = cell.boolean())
        return *truth ? "true" : "false";
    if (auto const* const number = cell.integer())
        return std::to_string(*number);
    return {};
}

} // namespace

Sheet::Sheet(Format format, std::vector<std::string> columns, Bounds bounds)
    : format_(format)
    , columns_(std::move(columns))
    , bounds_(bounds)
{
    if (format_ == Format::json)
        text_ = "[";
    else
        append_csv(json::Array(columns_.begin(), columns_.end()));
}

void Sheet::append_csv(json::Array const& cells)
{
    std::string_view before; // the first cell
    for (auto const& cell : cells) {
        text_ += before;
        text_ += csv_cell(plain(cell));
        before = ",";
    }
    text_ += "\r\n";
}

void Sheet::append_json(json::Array cells)
{
    json::Object members;
    for (std::size_t at = 0; at < columns_.size(); ++at)
        members.push_back({columns_[at], std::move(cells[at])});
    text_ += (rows_ == 0 ? "" : ",") + json::to_text(json::Value(std::move(members)));
}

void Sheet::add(json::Array cells)
{
    if (cells.size() != columns_.size())
        throw std::logic_error("a row of another width than the table");
    if (format_ == Format::json)
        append_json(std::move(cells));
    else
        append_csv(cells);
    ++rows_;
    if (rows_ > bounds_.rows || text_.size() > bounds_.bytes)
        throw domain::Refusal{
            .reason = domain::Reason::payload_too_large,
            .error = "the report would have more than " + std::to_string(bounds_.rows) + " rows or "
                + std::to_string(bounds_.bytes) + " bytes"
        };
}

std::string Sheet::finished() &&
{
    if (format_ == Format::json)
        text_ += "]";
    return std::move(text_);
}

} // namespace gatehouse::reports
