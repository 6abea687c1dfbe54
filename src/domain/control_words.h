// What it means for everybody that a control is broken.
#pragma once

#include <string_view>

namespace gatehouse::domain {

// In fixed words, without a cause: that names hosts, files and tables, which are for operators.
std::string_view what_it_means(std::string_view broken_control);

} // namespace gatehouse::domain
