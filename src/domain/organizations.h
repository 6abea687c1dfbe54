// Organizations: the tenants.
#pragma once

#include "core/async.h"
#include "core/time.h"
#include "domain/ids.h"

#include <optional>
#include <string>

namespace gatehouse::domain {

enum class OrganizationKind { business, personal };

struct Organization {
    OrganizationId id;
    std::string name;
    OrganizationKind kind = OrganizationKind::business;
    std::optional<UserId> owner_id = {};
    std::optional<std::string> industry = {};
    std::optional<std::string> size = {};
    Instant created_at;
    Instant updated_at = {};
};

class Organizations {
public:
    virtual ~Organizations() = default;
    virtual Async<void> insert(Organization organization) = 0;
    virtual Async<void> change_owner(OrganizationId organization, UserId owner, Instant now) = 0;
    virtual Async<std::optional<Organization>> find(OrganizationId organization) = 0;
};

} // namespace gatehouse::domain
