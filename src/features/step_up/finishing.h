// A sign-in or a refresh that waited for a step-up, brought to its end by the code.
#pragma once

#include "core/async.h"
#include "domain/opening_session.h"
#include "domain/request_facts.h"
#include "domain/services.h"
#include "domain/step_up.h"

#include <optional>
#include <string>
#include <variant>

namespace gatehouse::step_up {

struct GivenCode {
    SecretString text;
    bool is_backup_code = false;
};

struct Given {
    domain::RequestFacts facts;
    domain::StepUpId challenge;
    GivenCode code;
    std::optional<std::string> device = {}; // the fingerprint that the request names
};

// How a code for this challenge is counted.
domain::AttemptMethod method_for(domain::StepUpChallenge const& challenge, GivenCode const& code);

struct FinishedLogin {
    domain::User user;
    domain::SessionTokens tokens;
    domain::Surface surface; // on which the sign-in began: the answer has its shape
};
struct FinishedRefresh {
    domain::Session session;
    domain::MintedTokens minted;
    SecretString refresh_token;
    domain::Surface surface;
};
using Finished = std::variant<FinishedLogin, FinishedRefresh>;

// Whether the challenge is one of these: they are bound to a device, and need no other credential.
bool waits_for_step_up(domain::StepUpChallenge const& challenge);

// Committed before anybody hears of it. Throws Refusal: 400 for a challenge that is not of this
// device, or whose sign-in is void by now; and what pass_step_up() throws.
Async<Finished> finish(domain::Services& services, Given given);

// A fresh code by mail for one of these.
Async<void> send_to_waiting(domain::Services& services, Given given);

} // namespace gatehouse::step_up
