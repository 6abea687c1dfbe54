// Quoting, and disarming formulas.
#include "core/csv.h"

#include <array>

namespace gatehouse {

namespace {

// Of each letter, whether a cell with it must stand in quotes.
constexpr auto breaks_a_line = [] {
    std::array<bool, 256> breaks{};
    for (char const letter : {',', '"', '\r', '\n'})
        breaks[static_cast<unsigned char>(letter)] = true;
    return breaks;
}();

bool needs_quotes(std::string_view text)
{
    bool breaks = false;
    for (char const letter : text)
        breaks |= breaks_a_line[static_cast<unsigned char>(letter)];
    return breaks;
}

} // namespace

void append_csv_cell(std::string& into, std::string_view text)
{
    constexpr std::string_view begins_a_formula = "=+-@\t\r";
    bool const is_formula
        = !text.empty() && begins_a_formula.find(text.front()) != std::string_view::npos;
    bool const quoted = needs_quotes(text);
    if (quoted)
        into += '"';
    if (is_formula)
        into += '\'';
    while (quoted) {
        auto const end = text.find('"');
        if (end == std::string_view::npos)
            break;
        into.append(text.substr(0, end + 1)) += '"';
        text.remove_prefix(end + 1);
    }
    into += text;
    if (quoted)
        into += '"';
}

std::string csv_cell(std::string_view text)
{
    std::string cell;
    append_csv_cell(cell, text);
    return cell;
}

} // namespace gatehouse
