// Rows as CSV (RFC 4180, no formulas) or as a JSON array of objects, in pieces.
#pragma once

#include "core/time.h"
#include "features/compliance/rules.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace gatehouse::compliance {

class Sheet {
public:
    Sheet(Format format, std::vector<std::string> const& columns);

    void open(); // the header line, or `[`
    void close(); // nothing, or `]`

    // A row has one cell for each column, in their order.
    void text(std::string_view cell);
    void text(std::optional<std::string> const& cell);
    void number(std::int64_t cell);
    void number(std::optional<std::int64_t> const& cell);
    void truth(bool cell);
    void moment(Instant cell);
    void moment(std::optional<Instant> const& cell);
    void raw_json(std::string_view cell); // as it is in JSON, as text in CSV
    void nothing();
    void end_row(); // throws std::logic_error for one of another width than the table

    std::int64_t rows() const { return rows_; } // ended so far
    std::string take(); // what was written since the last time

private:
    void next_cell();
    void plain(std::string_view cell); // needs neither quotes nor escapes

    Format const format_;
    std::vector<std::string> heads_; // for JSON: `,"name":`, each
    std::size_t at_ = 0; // cells of this row
    std::int64_t rows_ = 0;
    std::string text_;
};

} // namespace gatehouse::compliance
