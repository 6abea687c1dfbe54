// Rows of the ledger that say which others have lost their personal data: without one a column that
// is empty tells of somebody at the database (docs/ledger-format.md, "Erasing").
#pragma once

#include "domain/ids.h"
#include "domain/ledger.h"
#include "domain/ledger_chain.h"

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace gatehouse::domain {

struct ErasedRow {
    OrganizationId organization_id;
    std::int64_t id = 0;
};

// `3,7-9`: numbers in order, ranges joined.
std::string ranges_of(std::vector<std::int64_t> numbers);
// Nothing for what is no such text; ranges beyond a bound are none.
std::vector<std::int64_t> numbers_in(std::string_view ranges);

// One record for each chain that has lost something.
std::vector<LedgerEntry>
erasure_records(std::vector<ErasedRow> const& erased, LedgerEntry const& like);

bool is_erasure_record(LedgerRow const& row);
std::vector<std::int64_t> rows_erased_by(LedgerRow const& record);

} // namespace gatehouse::domain
