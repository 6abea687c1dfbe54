// What has ended, as statements that take it away: of everybody usual, or of one organization.
#pragma once

#include "domain/retention.h"
#include "storage/sql/statement.h"

namespace gatehouse::sql {

// $1: ended before; $2: at most so many. They return the ids where what is kept in memory hangs on
// them.
Statement const& removal_of(domain::Ended kind);
// The same of the organization $3.
Statement const& removal_in_one(domain::Ended kind);

} // namespace gatehouse::sql
