// Who makes a request, once a live session has been found behind the credential.
#pragma once

#include "domain/ids.h"
#include "domain/security_rules.h"
#include "domain/sessions.h"
#include "domain/users.h"
#include "policy/policy.h"

#include <memory>
#include <utility>
#include <vector>

namespace gatehouse::domain {

struct Caller {
    Session session;
    User user; // as stored now: role and status are read per request, never taken from a token
    std::vector<policy::Granted> granted; // beside the built-in role, as stored now
    // What the organization asks of everybody in it, as stored now; never null.
    std::shared_ptr<SecurityRules const> rules = no_security_rules();

    // What that comes to, under the policy that holds for this request; until it is said, nothing.
    policy::Grants grants = {};
    std::shared_ptr<policy::Policy const> policy = {};
    void stand_under(std::shared_ptr<policy::Policy const> current)
    {
        grants = current->effective(user.role, granted);
        policy = std::move(current);
    }

    UserId const& user_id() const { return user.id; }
    OrganizationId const& organization_id() const { return user.organization_id; }
    SessionId const& session_id() const { return session.id; }
};

} // namespace gatehouse::domain
