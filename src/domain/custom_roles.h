// Roles of an organization's own: named sets of permissions beside the built-in ones
// (spec/permissions §6).
#pragma once

#include "core/async.h"
#include "core/time.h"
#include "domain/ids.h"
#include "domain/subject.h"
#include "policy/policy.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace gatehouse::domain {

struct CustomRole {
    CustomRoleId id;
    OrganizationId organization_id;
    std::string name;
    std::optional<std::string> description = {};
    std::vector<policy::Granted> permissions = {}; // by id
    std::optional<UserId> created_by = {};
    Instant created_at;
    Instant updated_at = {};
    std::int64_t holders = 0; // live people
};

// What is named changes, the rest stays; an inner nothing empties the column.
struct CustomRoleChange {
    std::optional<std::string> name = {};
    std::optional<std::optional<std::string>> description = {};
    std::optional<std::vector<policy::Granted>> permissions = {};
};

struct HoldersOfRole { // of a built-in one
    Role role = Role::staff;
    std::int64_t people = 0;
};

class CustomRoles {
public:
    virtual ~CustomRoles() = default;

    // What a person holds beside the built-in role: by their custom role, and granted to them
    // alone.
    virtual Async<std::vector<policy::Granted>> granted_to(OrganizationId organization, UserId user)
        = 0;

    // With its permissions. False: another one has the name, whatever the case of A–Z.
    virtual Async<bool> insert(CustomRole role) = 0;
    // False where it is gone.
    virtual Async<bool>
    change(OrganizationId organization, CustomRoleId role, CustomRoleChange change, Instant now)
        = 0;
    // Whoever holds it holds it no more; false where it is gone.
    virtual Async<bool> remove(OrganizationId organization, CustomRoleId role) = 0;
    virtual Async<bool>
    name_is_taken(OrganizationId organization, std::string name, CustomRoleId but) = 0;
    virtual Async<std::optional<CustomRole>> find(OrganizationId organization, CustomRoleId role)
        = 0;
    // The oldest first.
    virtual Async<std::vector<CustomRole>> list(OrganizationId organization, std::int64_t limit)
        = 0;
    virtual Async<std::int64_t> count(OrganizationId organization) = 0;
    virtual Async<std::vector<HoldersOfRole>> holders_of_built_in(OrganizationId organization) = 0;

    // Live people who hold it, in the order of their ids.
    virtual Async<std::vector<Subject>>
    holders(OrganizationId organization, CustomRoleId role, std::int64_t limit) = 0;
    virtual Async<std::optional<Subject>> subject(OrganizationId organization, UserId user) = 0;
    // Nothing takes it away. False where there is no such live person.
    virtual Async<bool>
    give(OrganizationId organization, UserId user, std::optional<CustomRoleId> role, Instant now)
        = 0;
};

} // namespace gatehouse::domain
