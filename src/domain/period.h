// The period that a question to the ledger is about.
#pragma once

#include "core/time.h"

#include <optional>
#include <string>

namespace gatehouse::domain {

struct Period {
    Instant from;
    Instant to; // the first moment that does not belong to it
};

// Dates or moments; `to` belongs to it, a date with its whole day. The last 30 days where both are
// absent, the 30 days before `to` where `from` is. Throws Refusal, 400 that names the member.
Period period_of(
    std::optional<std::string> const& from, std::optional<std::string> const& to, Instant now
);

} // namespace gatehouse::domain
