// What a row about somebody's access looks like in a file.
#pragma once

#include "domain/access_then.h"
#include "features/compliance/sheet.h"

#include <optional>
#include <string>
#include <vector>

namespace gatehouse::compliance {

std::vector<std::string> const& access_columns();
std::vector<std::string> const& review_columns();

// Of one permission alone where it is named.
void append_row(
    Sheet& into,
    domain::AccessThen const& row,
    policy::Policy const& policy,
    std::optional<policy::Permission> permission
);
void append_row(Sheet& into, domain::ReviewItem const& row);

} // namespace gatehouse::compliance
