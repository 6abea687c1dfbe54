// Reading permissions.csv: which role holds which permission on which rows.
#pragma once

#include "policy/grants.h"
#include "policy/policy_error.h"
#include "policy/roles.h"

#include <array>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace gatehouse::policy {

struct MatrixRow {
    std::string id;
    std::array<Cell, every_role.size()> cells{}; // in the order of Role
    std::size_t line = 0; // for messages about what other files say of it
};

// Throws PolicyError. What the rows mean together is judged by Policy.
std::vector<MatrixRow> read_matrix(std::string_view text);

// Letters, digits, `.`, `_` and `-`, at most 64, beginning with a letter.
bool is_permission_id(std::string_view text);

} // namespace gatehouse::policy
