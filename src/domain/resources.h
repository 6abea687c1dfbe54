// What a product keeps for an organization, and who of its people is assigned to what
// (spec/database 3.9).
#pragma once

#include "core/async.h"
#include "core/json.h"
#include "core/time.h"
#include "domain/ids.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace gatehouse::domain {

struct Resource {
    ResourceId id;
    OrganizationId organization_id;
    std::string type; // of the policy: `client`
    std::string name;
    json::Object attributes = {}; // as the type declares them
    std::optional<UserId> created_by = {};
    Instant created_at;
    Instant updated_at = {};
};

// What is named changes, the rest stays; a null empties an attribute.
struct ResourceChange {
    std::optional<std::string> name = {};
    json::Object attributes = {};
};

struct ResourceFilter {
    std::string type;
    std::string search = {}; // in the name, whatever the case of A–Z; empty: all
    std::optional<UserId> assigned_to = {}; // nobody: whoever is assigned
};

enum class ResourceSort { created_at, name };

struct ResourceWindow {
    ResourceSort sort = ResourceSort::created_at;
    bool descending = false;
    std::int64_t limit = 0;
    std::int64_t offset = 0;
};

struct ResourceFacts { // what a decision about a row of the organization rests on
    std::string type;
    bool assigned = false; // to the person asked about
};

class Resources {
public:
    virtual ~Resources() = default;
    virtual Async<void> insert(Resource resource) = 0;
    virtual Async<std::optional<ResourceFacts>>
    facts(OrganizationId organization, ResourceId resource, UserId user) = 0;
    virtual Async<std::optional<Resource>>
    find(OrganizationId organization, std::string type, ResourceId resource) = 0;
    // Keeps it from being deleted until the unit of work ends; false where it is gone.
    virtual Async<bool> hold(OrganizationId organization, std::string type, ResourceId resource)
        = 0;
    // Nobody else changes it until the unit of work ends; nothing where it is gone.
    virtual Async<std::optional<Resource>>
    lock(OrganizationId organization, std::string type, ResourceId resource) = 0;
    // As it is afterwards; nothing where it is gone. One UPDATE, so that writers in parallel do not
    // undo each other.
    virtual Async<std::optional<Resource>> change(
        OrganizationId organization,
        std::string type,
        ResourceId resource,
        ResourceChange change,
        Instant now
    ) = 0;
    // With its assignments; false where it is gone.
    virtual Async<bool> remove(OrganizationId organization, std::string type, ResourceId resource)
        = 0;
    virtual Async<std::int64_t> count(OrganizationId organization, ResourceFilter filter) = 0;
    virtual Async<std::vector<Resource>>
    list(OrganizationId organization, ResourceFilter filter, ResourceWindow window) = 0;
};

struct Assignment {
    AssignmentId id;
    OrganizationId organization_id;
    std::string resource_type;
    ResourceId resource_id;
    UserId user_id;
    std::optional<UserId> assigned_by = {};
    Instant created_at;
};

struct AssignmentFilter { // nothing: whatever it is
    std::optional<std::string> resource_type = {};
    std::optional<ResourceId> resource_id = {};
    std::optional<UserId> user_id = {};
};

struct AssignedRow {
    std::string type;
    ResourceId id;
};

class Assignments {
public:
    virtual ~Assignments() = default;
    virtual Async<bool> is_assigned(OrganizationId organization, ResourceId resource, UserId user)
        = 0;
    // The row that stands for it, and whether it was made now: who is assigned stays assigned.
    struct Assigned {
        Assignment assignment;
        bool is_new = false;
    };
    virtual Async<Assigned> assign(Assignment assignment) = 0;
    // What was taken away; nothing where it is gone.
    virtual Async<std::optional<Assignment>>
    remove(OrganizationId organization, AssignmentId assignment) = 0;
    // All of a person who leaves.
    virtual Async<void> remove_of(OrganizationId organization, UserId user) = 0;
    virtual Async<std::int64_t> count(OrganizationId organization, AssignmentFilter filter) = 0;
    // What one person is assigned to, at most `limit`.
    virtual Async<std::vector<AssignedRow>>
    rows_of(OrganizationId organization, UserId user, std::int64_t limit) = 0;
    // The oldest first.
    virtual Async<std::vector<Assignment>> list(
        OrganizationId organization,
        AssignmentFilter filter,
        std::int64_t limit,
        std::int64_t offset
    ) = 0;
};

} // namespace gatehouse::domain
