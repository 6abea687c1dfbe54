// Cells of CSV that no spreadsheet takes for formulas.
#pragma once

#include <string>
#include <string_view>

namespace gatehouse {

// RFC 4180. A cell that begins with = + - @, TAB or CR gets a leading ' (spec/behaviours §4).
std::string csv_cell(std::string_view text);
void append_csv_cell(std::string& into, std::string_view text);

} // namespace gatehouse
