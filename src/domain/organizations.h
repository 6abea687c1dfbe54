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

// What is named changes, the rest stays; an inner nothing empties the column.
struct OrganizationChange {
    std::optional<std::string> name = {};
    std::optional<std::optional<std::string>> industry = {};
    std::optional<std::optional<std::string>> size = {};
};

class Organizations {
public:
    virtual ~Organizations() = default;
    virtual Async<void> insert(Organization organization) = 0;
    virtual Async<void> change_owner(OrganizationId organization, UserId owner, Instant now) = 0;
    virtual Async<std::optional<Organization>> find(OrganizationId organization) = 0;
    // False where it is gone.
    virtual Async<bool> change(OrganizationId organization, OrganizationChange change, Instant now)
        = 0;
    // A personal organization becomes a business of that name: true for exactly one caller.
    virtual Async<bool> name_personal(Organization named, Instant now) = 0;
    // With everything in it but the ledger; false where it is gone.
    virtual Async<bool> remove(OrganizationId organization) = 0;
    // Serialises what decides about the owners of an organization (I-4) until the unit of work
    // ends.
    virtual Async<void> lock(OrganizationId organization) = 0;
    // Keeps it from being deleted until the unit of work ends; false where it is gone. Called after
    // the lock on the address and before the first row is written below the organization: whoever
    // deletes it then waits for all of us before touching any of those rows, and nobody in a
    // circle.
    virtual Async<bool> hold(OrganizationId organization) = 0;
    // The same without a word, together with the next statement, which finds nothing where it is
    // gone.
    virtual Async<void> hold_for_next(OrganizationId organization) = 0;
    // The same, and nobody's standing in it changes until the unit of work ends: many hold it at
    // once, and nobody beside `lock`. Whoever holds it must not change the organization's own row,
    // which takes `lock` from the beginning.
    virtual Async<bool> hold_standing(OrganizationId organization) = 0;
    // The label of its subscription; nothing where it is gone.
    virtual Async<std::optional<std::string>> plan(OrganizationId organization) = 0;
    virtual Async<void> change_plan(OrganizationId organization, std::string plan) = 0;
    // Where owner_id names no live owner any more, the longest-standing one takes its place.
    virtual Async<void> settle_owner(OrganizationId organization, Instant now) = 0;
};

} // namespace gatehouse::domain
