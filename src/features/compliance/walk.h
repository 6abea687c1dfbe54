// Walking through evidence: a portion in memory at a time, each read in a unit of work of its own.
#pragma once

#include "core/async.h"
#include "core/json.h"
#include "domain/evidence.h"
#include "domain/storage.h"
#include "features/compliance/sheet.h"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace gatehouse::compliance {

constexpr std::int64_t rows_at_once = 1000;

struct Portion {
    std::int64_t rows = 0;
    std::function<void(Sheet&)> write; // owns the rows; for a thread that may take its time
};

class Walk {
public:
    virtual ~Walk() = default;
    // The next rows, at most so many; fewer than asked for: there are no more.
    virtual Async<Portion> next(std::int64_t at_most) = 0;
    // Behind the rows so far; what a walk begins with to go on there.
    virtual std::string cursor() const = 0;
    virtual std::vector<std::string> const& columns() const = 0;
    virtual json::Value query() const = 0; // which rows, in which order
};

// A kind of file: its name, and how to walk through it.
struct Source {
    std::string name; // access_logs
    std::string criterion; // CC6; empty where it is of none
    // What the rest of a file is asked for with, in the place of its period: `at=…&`.
    std::optional<std::string> asked = {};
    // Throws Refusal, 400, for a cursor that none of these walks has given.
    std::function<std::unique_ptr<Walk>(
        domain::Storage& storage, domain::EvidenceScope scope, std::optional<std::string> cursor
    )>
        begin;
};

// Of every event where none is named.
Source ledger_source(std::string name, std::string criterion, std::vector<std::string> events);
Source session_source();
Source token_source();

} // namespace gatehouse::compliance
