// What all tables hold at one moment, as texts that compare: equal images mean equal effects.
#pragma once

#include "support/service_world.h"

#include <cstdint>
#include <string>
#include <vector>

namespace gatehouse::testing {

// One text for each row, sorted. What differs from run to run by chance (minted ids, tokens,
// digests, sealed bytes, sequence numbers) is replaced by its kind; everything else stays.
using TableImage = std::vector<std::string>;

// Every table; of the ledger, which nobody can empty, the rows behind `ledger_mark`.
TableImage image_of(ServiceWorld& world, std::int64_t ledger_mark);

// Their names, sorted.
std::vector<std::string> tables_in_images();

// The events among an image's ledger rows, as `LOGIN_SUCCESS 200 success`, sorted.
std::vector<std::string> events_in(TableImage const& image);

// Empties every table but the ledger and the signing keys. Gives the ledger's last id.
std::int64_t empty_tables(ServiceWorld& world);

// What one has and the other has not, for messages.
std::string difference(TableImage const& wanted, TableImage const& found);

} // namespace gatehouse::testing
