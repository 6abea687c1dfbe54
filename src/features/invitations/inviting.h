// Offering a seat, and taking the offer back.
#pragma once

#include "core/async.h"
#include "domain/actor.h"
#include "domain/invitations.h"
#include "domain/organizations.h"
#include "domain/request_facts.h"
#include "domain/services.h"

#include <string>

namespace gatehouse::invitations {

// All throw Refusal.
Async<domain::Invitation> invite(
    domain::Services& services,
    domain::RequestFacts facts,
    domain::Actor actor,
    domain::Organization organization,
    std::string email,
    domain::Role role
);

Async<void> revoke(
    domain::Services& services,
    domain::RequestFacts facts,
    domain::Actor actor,
    domain::OrganizationId organization,
    domain::InvitationId invitation
);

} // namespace gatehouse::invitations
