// What becomes of a try whose password was right.
#pragma once

#include "core/async.h"
#include "domain/attempts.h"
#include "features/login/attempt.h"

namespace gatehouse::login {

// Everything that one conclusion writes into, so that each ending reads as one story.
struct Concluding {
    domain::Services& services;
    domain::UnitOfWork& work;
    Try const& attempt;
    Known const& known;
};

// Of this try, neither successful nor refused yet.
domain::Attempt attempt_row(Concluding const& in);

// Each commits. A second factor is switched on: it is asked for.
Async<Conclusion> ask_for_second_factor(Concluding in, domain::User user);

// Everything is right; what is left to ask is how unusual it is. Throws LOGIN_BLOCKED.
Async<Conclusion> judge_risk(Concluding in, domain::User user, domain::LookBack looked);

} // namespace gatehouse::login
