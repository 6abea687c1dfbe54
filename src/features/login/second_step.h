// The second step of a sign-in: a code for the tempToken that the first one handed out.
#pragma once

#include "core/async.h"
#include "domain/attempts.h"
#include "domain/request_facts.h"
#include "domain/services.h"
#include "features/login/attempt.h"

namespace gatehouse::login {

struct SecondStep {
    domain::RequestFacts facts;
    domain::TokenDigest token;
    domain::AttemptMethod method = domain::AttemptMethod::totp; // or backup_code
    SecretString code;
};

// What became of it: committed before anybody hears of it.
struct Finished {
    Opened opened;
    domain::Surface surface; // on which the sign-in began: the answer has its shape
};

// Throws the refusal after its rows are committed. An unknown, used or expired tempToken and a
// wrong code are one and the same answer; only the latter is counted.
Async<Finished> finish(domain::Services& services, SecondStep step);

} // namespace gatehouse::login
