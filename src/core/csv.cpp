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

// What spreadsheets read as the beginning of a formula (OWASP, "CSV injection"): also in full
// width, which some of them fold: ＝ ＋ － ＠.
bool begins_a_formula(std::string_view text)
{
    constexpr std::string_view narrow = "=+-@\t\r\n";
    constexpr std::array<std::string_view, 4> wide{
        "\xEF\xBC\x9D", "\xEF\xBC\x8B", "\xEF\xBC\x8D", "\xEF\xBC\xA0"
    };
    if (text.empty())
        return false;
    bool is_formula = narrow.find(text.front()) != std::string_view::npos;
    for (auto const letter : wide)
        is_formula |= text.starts_with(letter);
    return is_formula;
}

} // namespace

void append_csv_cell(std::string& into, std::string_view text)
{
    bool const is_formula = begins_a_formula(text);
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
