// What is decided about evidence: formats, periods, how much one answer holds, names of files.
#pragma once

#include "domain/evidence.h"
#include "domain/ledger.h"
#include "domain/period.h"
#include "features/compliance/messages.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace gatehouse::compliance {

constexpr std::int64_t most_rows = 50'000; // of one answer; the bundle knows no bound

enum class Format { json, csv };
std::string_view to_text(Format format);

struct Wanted {
    domain::Period period;
    Format format = Format::json;
    std::int64_t limit = most_rows;
    std::optional<std::string> cursor = {};
};

// Throw Refusal, 400 that names the member.
Wanted wanted_by(FileRequest const& request, Instant now);
Wanted wanted_by(BundleRequest const& request, Instant now);

// What is asked of the ledger: nothing of what happens from now on, so that two looks at it see the
// same.
domain::EvidenceScope
scope_of(domain::OrganizationId const& organization, domain::Period const& period, Instant now);

// What its rows in the ledger say of an export.
domain::Facts told_of(std::string what, Wanted const& wanted);

PeriodView view_of(domain::Period const& period);

// SOC2_Evidence_2026-01-01_to_2026-01-31: the days of its first and its last moment.
std::string bundle_name(domain::Period const& period);

} // namespace gatehouse::compliance
