// Step-up: proving once more that it is you, before something that a stolen session must not do
// (api §8).
#pragma once

#include "core/async.h"
#include "core/json.h"
#include "domain/caller.h"
#include "domain/factor_tries.h"
#include "domain/request_facts.h"
#include "domain/services.h"
#include "domain/step_up_challenges.h"
#include "domain/storage.h"
#include "domain/users.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace gatehouse::domain {

constexpr Duration step_up_life = 5min; // of a challenge
constexpr Duration step_up_counts_for = 600s; // once it is satisfied
constexpr std::int64_t most_step_up_tries = 5; // of one challenge

struct StepUpOffer { // what the person is told
    StepUpId challenge;
    std::vector<std::string> methods;
    bool code_sent = false;
};

std::vector<std::string> methods_of(StepUpMethod awaited); // as clients are told

struct StepUpWanted {
    StepUpId id; // minted beforehand: the ledger row of its cause names it
    User user;
    std::optional<SessionId> session = {};
    StepUpPurpose purpose = StepUpPurpose::security_verification;
    std::optional<std::string> device_fingerprint = {};
    json::Object context = {}; // what waits for it; no secrets
};

// From the rows, each time.
Async<bool>
step_up_is_satisfied(Services& services, Caller const& caller, StepUpPurpose purpose, Instant now);

// Writes the challenge, and the mail with its code where there is no other factor, into `work`.
// `cause` is the ledger row in it. After the commit say services.mail_waits().
Async<StepUpOffer> offer_step_up(
    Services& services,
    UnitOfWork& work,
    RequestFacts const& facts,
    StepUpWanted wanted,
    std::int64_t cause
);

// The same for a caller, committed, with its row STEP_UP_REQUIRED. `status` is what will be
// answered.
Async<StepUpOffer> ask_for_step_up(
    Services& services,
    RequestFacts const& facts,
    Caller const& caller,
    StepUpPurpose purpose,
    int status
);

// Environment test alone: the challenge is left out, and that is told to the ledger (decisions
// D-69).
Async<void> record_step_up_bypass(
    Services& services, RequestFacts const& facts, Caller const& caller, StepUpPurpose purpose
);

// A challenge that a code may be given for. Throws Refusal, 400, for one that is unknown, used or
// expired.
Async<StepUpChallenge> open_challenge(UnitOfWork& work, StepUpId id, Instant now);

// Throws Refusal, 400, unless the challenge is this caller's, within this session.
void require_own(StepUpChallenge const& challenge, Caller const& caller);

[[noreturn]] void refuse_challenge(Reason reason = Reason::link_invalid);

// A right code, and what must be written so that it is never right again.
struct StepUpProof {
    StepUpMethod method = StepUpMethod::email_otp;
    std::optional<FactorProof> factor = {}; // none: it was mailed
};

// Under the lock on the address, in `work`. A wrong code, and any for a challenge or a counter that
// is worn, is thrown after its rows are committed: write nothing before.
Async<StepUpProof> judge_step_up(
    Services& services,
    UnitOfWork& work,
    StepUpChallenge const& challenge,
    FactorTry const& tried,
    JudgeOfSteps steps
);

// In the same unit: uses the code up, satisfies the challenge and writes STEP_UP_VERIFIED; the
// commit is the caller's.
Async<void> settle_step_up(
    Services& services,
    UnitOfWork& work,
    StepUpChallenge const& challenge,
    FactorTry const& tried,
    StepUpProof proof
);

// The same lock: a fresh code by mail in the place of the one before. Throws Refusal, 400, where
// none is awaited, and 429.
Async<void> send_code_again(
    Services& services,
    UnitOfWork& work,
    RequestFacts const& facts,
    StepUpChallenge const& challenge,
    User user
);

} // namespace gatehouse::domain
