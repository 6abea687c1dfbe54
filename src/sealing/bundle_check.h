// Verifying a bundle without any database (docs/ledger-format.md, "Verifying").
#pragma once

#include "sealing/bundle_files.h"
#include "sealing/chain_check.h"
#include "sealing/lines.h"
#include "sealing/published.h"

#include <cstdint>
#include <optional>
#include <set>
#include <string>

namespace gatehouse::sealing {

struct BundleReport {
    Proof proof;
    std::int64_t pruned = 0; // as in live_check.h
    std::int64_t rows = 0; // lines, stubs too
    std::int64_t checkpoints = 0;
    std::int64_t sealed_late = 0; // as in live_check.h
    std::int64_t erased = 0; // rows without personal data
    std::int64_t unaccounted
        = 0; // of these, whose erasure is told of behind this segment, or not at all
    Found first_late;
    std::set<std::string> kids; // whose keys were believed
    Found found;
};

// `kid`: the one key that is believed. `published`: checkpoints that were kept elsewhere.
BundleReport
check_bundle(Bundle& bundle, std::optional<std::string> const& kid, Published const& published);

// The keys that a bundle shows; throws std::runtime_error where it shows none.
KnownKeys keys_in(Bundle& bundle);

} // namespace gatehouse::sealing
