// Writing rows.
#include "features/compliance/sheet.h"

#include "core/csv.h"
#include "core/json.h"

#include <stdexcept>
#include <utility>

namespace gatehouse::compliance {
namespace {

// `<` `>` `&` and two line ends stand in strings alone, so that they may be escaped wherever they
// are.
void append_for_the_wire(std::string& into, std::string_view json)
{
    for (std::size_t at = 0; at < json.size(); ++at) {
        char const letter = json[at];
        auto const three = json.substr(at, 3);
        if (letter == '<') {
            into += "\\u003c";
        } else if (letter == '>') {
            into += "\\u003e";
        } else if (letter == '&') {
            into += "\\u0026";
        } else if (three == "\xE2\x80\xA8" || three == "\xE2\x80\xA9") {
            into += three.back() == '\xA8' ? "\\u2028" : "\\u2029";
            at += 2;
        } else {
            into += letter;
        }
    }
}

} // namespace

Sheet::Sheet(Format format, std::vector<std::string> const& columns)
    : format_(format)
{
    for (auto const& column : columns) {
        if (format == Format::csv) {
            heads_.push_back(column);
            continue;
        }
        std::string head = heads_.empty() ? "" : ",";
        json::append_escaped(head, column);
        heads_.push_back(head + ":");
    }
}

void Sheet::open()
{
    if (format_ == Format::json) {
        text_ += "[";
        return;
    }
    for (std::string_view before; auto const& column : heads_) {
        text_ += before;
        text_ += csv_cell(column);
        before = ",";
    }
    text_ += "\r\n";
}

void Sheet::close()
{
    if (format_ == Format::json)
        text_ += "]";
}

void Sheet::next_cell()
{
    if (at_ >= heads_.size())
        throw std::logic_error("a row that is wider than its table");
    if (format_ == Format::csv) {
        if (at_ > 0)
            text_ += ',';
    } else {
        if (at_ == 0)
            text_ += rows_ == 0 ? "\n{" : ",\n{";
        text_ += heads_[at_];
    }
    ++at_;
}

void Sheet::plain(std::string_view cell)
{
    next_cell();
    text_ += cell;
}

void Sheet::text(std::string_view cell)
{
    next_cell();
    if (format_ == Format::csv)
        append_csv_cell(text_, cell);
    else
        json::append_escaped(text_, cell);
}

void Sheet::text(std::optional<std::string> const& cell)
{
    if (cell)
        text(std::string_view(*cell));
    else
        nothing();
}

void Sheet::number(std::int64_t cell)
{
    plain(std::to_string(cell));
}

void Sheet::number(std::optional<std::int64_t> const& cell)
{
    if (cell)
        number(*cell);
    else
        nothing();
}

void Sheet::truth(bool cell)
{
    plain(cell ? "true" : "false");
}

void Sheet::moment(Instant cell)
{
    next_cell();
    if (format_ == Format::json)
        text_ += '"';
    append_text(text_, cell);
    if (format_ == Format::json)
        text_ += '"';
}

void Sheet::moment(std::optional<Instant> const& cell)
{
    if (cell)
        moment(*cell);
    else
        nothing();
}

void Sheet::raw_json(std::string_view cell)
{
    next_cell();
    if (format_ == Format::csv)
        append_csv_cell(text_, cell);
    else
        append_for_the_wire(text_, cell);
}

void Sheet::nothing()
{
    plain(format_ == Format::json ? "null" : "");
}

void Sheet::end_row()
{
    if (at_ != heads_.size())
        throw std::logic_error("a row of another width than its table");
    text_ += format_ == Format::json ? "}" : "\r\n";
    at_ = 0;
    ++rows_;
}

std::string Sheet::take()
{
    return std::exchange(text_, std::string());
}

} // namespace gatehouse::compliance
