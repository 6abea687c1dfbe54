// How people stood at a past moment, told from the ledger: what the last row until then made of
// them, else what the first row behind it found, else what stands now.
#pragma once

#include "domain/access_evidence.h"
#include "domain/custom_roles.h"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace gatehouse::domain {

struct RoleThen {
    std::string id;
    std::optional<std::string> name; // nobody knows that of one that is gone by now
    std::vector<policy::Granted> permissions;
};

class RolesThen {
public:
    RolesThen() = default;
    RolesThen(
        std::vector<CustomRole> const& now, std::vector<NearChange> const& changes, Instant at
    );
    RoleThen const* find(std::string const& id) const; // null: there was none

private:
    std::map<std::string, RoleThen> roles_;
};

inline constexpr std::string_view unknown_role = "unknown"; // nothing tells it any more

struct AccessThen {
    std::string user_id;
    std::string email; // empty: erased
    std::string role; // or `unknown`: of whom nothing tells what they might do
    std::string status;
    std::optional<std::string> custom_role_id = {};
    std::optional<std::string> custom_role = {}; // its name
    policy::Grants grants = {};
    Instant since;
    // The rows of the ledger that say so; nothing where it has none about it until then.
    std::optional<std::int64_t> role_row = {};
    std::optional<std::int64_t> status_row = {};
    std::optional<std::int64_t> custom_role_row = {};
};

// `changes` may be about others too.
AccessThen access_then(
    Standing const& now,
    std::vector<NearChange> const& changes,
    RolesThen const& roles,
    policy::Policy const& policy
);

// `clients.view=1 workflows.view=a`, by id; of one permission alone where it is named.
std::string in_words(
    policy::Grants const& grants,
    policy::Policy const& policy,
    std::optional<policy::Permission> alone = {}
);

} // namespace gatehouse::domain
