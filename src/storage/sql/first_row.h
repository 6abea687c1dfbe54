// Statements that find one row or none.
#pragma once

#include "storage/sql/rows.h"

#include <optional>
#include <type_traits>

namespace gatehouse::sql {

// What `read` makes of the first row; nothing where there is none.
template <class Read>
auto first_of(Rows const& rows, Read read) -> std::optional<std::invoke_result_t<Read, Row>>
{
    if (rows.empty())
        return std::nullopt;
    return read(rows.front());
}

} // namespace gatehouse::sql
