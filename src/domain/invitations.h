// Invitations: a mailed, single-use offer to join one organization in one role (spec/database 3.6).
#pragma once

#include "core/async.h"
#include "core/time.h"
#include "domain/email_address.h"
#include "domain/users.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace gatehouse::domain {

struct Invitation {
    InvitationId id;
    OrganizationId organization_id;
    std::string email;
    Role role = Role::staff;
    TokenDigest digest;
    std::optional<UserId> invited_by;
    Instant created_at;
    Instant expires_at;
    std::optional<Instant> accepted_at;
    std::optional<Instant> revoked_at;

    bool is_open(Instant now) const { return !accepted_at && !revoked_at && expires_at > now; }
};

class Invitations {
public:
    virtual ~Invitations() = default;
    virtual Async<void> insert(Invitation invitation) = 0;
    virtual Async<std::optional<Invitation>>
    find(OrganizationId organization, InvitationId invitation) = 0;
    // Newest first.
    virtual Async<std::vector<Invitation>>
    list(OrganizationId organization, std::int64_t limit, std::int64_t offset) = 0;
    virtual Async<std::int64_t> count_since(OrganizationId organization, Instant since) = 0;
    // True for exactly one caller, while it is open.
    virtual Async<bool> accept(OrganizationId organization, InvitationId invitation, Instant now)
        = 0;
    // Whoever is invited again, or is a member by now, holds no older offer any more; how many.
    virtual Async<std::int64_t>
    supersede(OrganizationId organization, CanonicalAddress address, Instant now) = 0;
    virtual Async<bool> revoke(OrganizationId organization, InvitationId invitation, Instant now)
        = 0;
};

} // namespace gatehouse::domain
