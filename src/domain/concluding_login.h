// The two ends of a sign-in that has proven everything: let in, or kept out because it is too
// unusual.
#pragma once

#include "core/async.h"
#include "domain/request_facts.h"
#include "domain/risk_check.h"
#include "domain/services.h"
#include "domain/storage.h"
#include "domain/users.h"

#include <optional>
#include <string>

namespace gatehouse::domain {

struct LoginEnd {
    RequestFacts facts;
    User user;
    Session session;
    bool from_new_device = false;
    RiskRecord risk;
    std::optional<std::string> method = {}; // beside the password
};

// What every successful sign-in writes behind its session: failures of the address cleared, the
// time of the login, LOGIN_SUCCESS with its risk, the row of a score that could not be told, and
// the notice of a new device. After the commit call told_of_login().
Async<void> record_login(Services& services, UnitOfWork& work, LoginEnd end);
void told_of_login(Services& services, bool from_new_device);

// From 90 on: every session of the person ends, one ANOMALY_SCORE_HIGH row. Commits, and throws 401
// LOGIN_BLOCKED.
Async<void>
block_login(Services& services, UnitOfWork& work, RequestFacts facts, User user, RiskRecord risk);

// Throws, committed, what keeps somebody out whatever they have proven: suspended, or the mailbox
// not verified.
Async<void> require_may_sign_in(UnitOfWork& work, RequestFacts facts, User user);

} // namespace gatehouse::domain
