// A table as CSV or JSON, row by row, never larger than its bounds.
#pragma once

#include "core/json.h"
#include "features/reports/rules.h"

#include <cstddef>
#include <string>
#include <vector>

namespace gatehouse::reports {

struct Bounds {
    std::size_t rows = 50'000;
    std::size_t bytes = 16'777'216;
};

class Sheet {
public:
    Sheet(Format format, std::vector<std::string> columns, Bounds bounds = {});

    // Texts, truths, integers and nulls, one for each column. Throws Refusal where the table would
    // outgrow its bounds: no cut is silent.
    void add(json::Array cells);
    std::string finished() &&;

private:
    void append_csv(json::Array const& cells);
    void append_json(json::Array cells);

    Format format_;
    std::vector<std::string> columns_;
    Bounds bounds_;
    std::size_t rows_ = 0;
    std::string text_;
};

} // namespace gatehouse::reports
