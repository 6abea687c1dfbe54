// Who makes a request, once a live session has been found behind the credential.
#pragma once

#include "domain/ids.h"
#include "domain/sessions.h"
#include "domain/users.h"

namespace gatehouse::domain {

struct Caller {
    Session session;
    User user; // as stored now: role and status are read per request, never taken from a token

    UserId const& user_id() const { return user.id; }
    OrganizationId const& organization_id() const { return user.organization_id; }
    SessionId const& session_id() const { return session.id; }
};

} // namespace gatehouse::domain
