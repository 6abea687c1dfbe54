// What a role may be made of.
#pragma once

#include "domain/custom_roles.h"
#include "features/roles/messages.h"
#include "http/query.h"

#include <optional>
#include <string>
#include <vector>

namespace gatehouse::roles {

constexpr std::int64_t most_roles = 100; // of one organization
constexpr std::int64_t most_roles_listed = 1000; // SQL may have made more

struct NewRole {
    std::string name;
    std::optional<std::string> description;
    std::vector<policy::Granted> permissions;
};

// Both throw Refusal: 400, and 409 for a reserved name.
NewRole understood(policy::Policy const& policy, CreateRequest const& request);
domain::CustomRoleChange understood(policy::Policy const& policy, ChangeRequest const& request);

// Nothing takes the role away. Throws Refusal, 400.
std::optional<domain::CustomRoleId> role_in(http::Given const& given);

// `dryRun` of the query: 1 or true, 0 or false, or absent. Throws Refusal, 400.
bool is_preview(http::Parameters const& query);

// For the ledger: `clients.edit=a clients.view=1`.
std::string in_words(std::vector<policy::Granted> const& permissions);

} // namespace gatehouse::roles
