// Files about access: who could do what at a moment, and what a campaign decided about each.
#pragma once

#include "core/time.h"
#include "domain/access_then.h"
#include "features/compliance/walk.h"
#include "policy/policy.h"

#include <memory>
#include <optional>
#include <string>

namespace gatehouse::compliance {

struct MatrixAsked {
    Instant at;
    std::optional<policy::Permission> permission = {}; // then those alone who could do it
    std::shared_ptr<policy::Policy const> policy;
};

Source access_matrix_source(MatrixAsked asked);
Source review_source(std::string review);

// Read once for all portions.
Async<domain::RolesThen>
roles_at(domain::UnitOfWork& work, domain::OrganizationId organization, Instant at);

// Who was in the organization at `at`, by the ledger: a portion behind an id. `roles` outlives it.
Async<std::vector<domain::AccessThen>> access_at(
    domain::UnitOfWork& work,
    domain::OrganizationId organization,
    domain::RolesThen const& roles,
    MatrixAsked asked,
    std::string after,
    std::int64_t limit
);

// Who is in it now, as is stored: what SQL wrote counts, whatever the ledger tells.
Async<std::vector<domain::AccessThen>> access_now(
    domain::UnitOfWork& work,
    domain::OrganizationId organization,
    MatrixAsked asked,
    std::string after,
    std::int64_t limit
);

} // namespace gatehouse::compliance
