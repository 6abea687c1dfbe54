// Who makes a request, once a live session has been found behind the credential.
#pragma once

#include "domain/ids.h"
#include "domain/session_facts.h"
#include "policy/policy.h"

#include <memory>
#include <utility>
#include <vector>

namespace gatehouse::domain {

// Looks at what was read of session and person, and shares it: who asks is told with every request,
// and what is kept in memory of them (domain/kept_sessions.h) is not copied for each.
struct Caller {
    explicit Caller(std::shared_ptr<SessionFacts const> read)
        : facts(std::move(read))
        , session(facts->session)
        , user(facts->user)
        , granted(facts->granted)
        , rules(facts->rules)
    {
    }

    std::shared_ptr<SessionFacts const> facts; // never null; what the next four lie in
    Session const& session;
    User const& user; // as stored now: role and status are read per request, not from a token
    std::vector<policy::Granted> const& granted; // beside the built-in role, as stored now
    // What the organization asks of everybody in it, as stored now; never null.
    std::shared_ptr<SecurityRules const> const& rules;

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
