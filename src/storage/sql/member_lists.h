// The statements behind lists of members: one for each order, all with the same filter.
#pragma once

#include "domain/members.h"
#include "storage/sql/statement.h"
#include "storage/sql/value.h"

#include <vector>

namespace gatehouse::sql {

// $1 organization, $2 role, $3 status, $4 search: an empty text stands for any.
std::vector<Value>
filter_values(domain::OrganizationId const& organization, domain::MemberFilter const& filter);

Statement const& member_count();
Statement const& member_list(domain::MemberWindow const& window); // $5 limit, $6 offset

// $5 limit, and behind a mark $6 its created_at, $7 its id and $8, unless in the order of joining,
// its key. The key and the text of created_at come after the columns of the person.
Statement const& member_walk(domain::MemberWalk const& walk);

} // namespace gatehouse::sql
