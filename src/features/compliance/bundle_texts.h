// What the bundle says of itself.
#pragma once

#include "core/json.h"
#include "core/time.h"
#include "domain/evidence.h"
#include "domain/export_record.h"
#include "features/compliance/rules.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace gatehouse::compliance {

struct BundleFacts {
    std::string export_id;
    Instant now;
    Wanted wanted;
    domain::EvidenceScope scope = {};
    std::string organization_name = {};
    std::optional<std::int64_t> ledger_days = {}; // nothing: its rows stay without end
    std::string user_id = {}; // who asked for it
    std::string email = {};
};

struct FileQuery {
    std::string criterion;
    json::Value query;
    std::vector<std::string> columns;
};

struct LedgerFacts { // where the ledger's segment ends
    std::int64_t head_seq = 0;
    std::string head_hash; // hex
    std::int64_t unsealed = 0; // rows that waited to be sealed
};

std::string readme_of(BundleFacts const& facts);

// `told` begins with the readme; behind it are the files in the order of `queries`, then those of
// the ledger.
std::string manifest_of(
    BundleFacts const& facts,
    std::vector<domain::ExportedFile> const& told,
    std::vector<FileQuery> const& queries,
    LedgerFacts const& ledger
);

} // namespace gatehouse::compliance
