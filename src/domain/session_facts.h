// What decides whether a session is live, read together.
#pragma once

#include "domain/security_rules.h"
#include "domain/sessions.h"
#include "domain/users.h"
#include "policy/policy.h"

#include <memory>
#include <vector>

namespace gatehouse::domain {

struct SessionFacts {
    Session session;
    User user;
    std::vector<policy::Granted> granted = {}; // what the user holds beside the built-in role
    // What the organization asks of everybody in it; never null.
    std::shared_ptr<SecurityRules const> rules = no_security_rules();
    // Of an impersonation: the session that it lives from; null where there is none.
    std::shared_ptr<SessionFacts const> impersonator = {};
};

} // namespace gatehouse::domain
