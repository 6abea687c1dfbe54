// Lists of texts as the JSON arrays that SQLite keeps.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace gatehouse::sql {

std::string to_json(std::vector<std::string> const& texts);

// Nothing unless it is a JSON array of strings alone.
std::optional<std::vector<std::string>> texts_from_json(std::string_view json);

} // namespace gatehouse::sql
