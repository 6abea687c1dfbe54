// Values between our types and PostgreSQL's text format; bytes travel as they are.
#pragma once

#include "storage/sql/rows.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <libpq-fe.h>

namespace gatehouse::postgres {

// The values of one statement in the form libpq takes. The types are the server's to infer.
class Parameters {
public:
    explicit Parameters(sql::Values const& values); // throws StorageError for a text with a NUL

    int count() const noexcept { return static_cast<int>(pointers_.size()); }
    char const* const* texts() const noexcept { return pointers_.data(); }
    int const* lengths() const noexcept { return lengths_.data(); }
    int const* formats() const noexcept { return formats_.data(); }

private:
    std::vector<std::optional<std::string>> texts_;
    std::vector<char const*> pointers_;
    std::vector<int> lengths_;
    std::vector<int> formats_; // 1 for bytes, 0 else
};

// Rows of a result in text format; throws StorageError for what its type does not allow.
sql::Rows read_rows(PGresult const* result);

// `{a,"b c",NULL}` and back (PostgreSQL manual 8.15); lists here hold no NULL.
std::string to_array(std::vector<std::string> const& texts);
std::optional<std::vector<std::string>> parse_array(std::string_view text);

} // namespace gatehouse::postgres
