// Quoting, and disarming formulas.
#include "core/csv.h"

namespace gatehouse {

std::string csv_cell(std::string_view text)
{
    constexpr std::string_view begins_a_formula = "=+-@\t\r";
    std::string cell(text);
    if (!cell.empty() && begins_a_formula.find(cell.front()) != std::string_view::npos)
        cell.insert(0, 1, '\'');
    if (cell.find_first_of(",\"\r\n") == std::string::npos)
        return cell;
    std::string quoted = "\"";
    for (char const letter : cell)
        quoted.append(letter == '"' ? 2 : 1, letter);
    return quoted + "\"";
}

} // namespace gatehouse
