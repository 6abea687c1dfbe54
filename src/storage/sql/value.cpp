// Names for the kinds of values, for messages.
#include "storage/sql/value.h"

#include <array>

namespace gatehouse::sql {

std::string_view kind_of(Value const& value) noexcept
{
    static constexpr std::array<std::string_view, std::variant_size_v<Value>> names{
        "null", "boolean", "integer", "number", "text", "bytes", "list of texts", "instant"
    };
    return value.valueless_by_exception() ? "nothing" : names[value.index()];
}

} // namespace gatehouse::sql
