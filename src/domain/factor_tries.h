// One try of a second factor, at a sign-in or within a session: its counter, and its endings
// (behaviours §3, §4). All of it under the lock on the person's address.
#pragma once

#include "core/async.h"
#include "domain/attempts.h"
#include "domain/refusal.h"
#include "domain/request_facts.h"
#include "domain/second_factors.h"
#include "domain/services.h"
#include "domain/users.h"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace gatehouse::domain {

struct FactorTry {
    RequestFacts facts; // its time is that of the lock: what was held back counts when it is judged
    User user;
    AttemptMethod method = AttemptMethod::totp; // each has its own counter
    SecretString code;
    std::optional<OrganizationId> named = {}; // the organization that the sign-in named
    std::optional<SessionId> session = {}; // within a session
    std::optional<std::string> step_up = {}; // the purpose, where it is tried for a step-up
};

// A right code, and what must be written so that it is never right again.
struct StepToClaim {
    std::string stored; // the secret as it stands in the row
    std::int64_t step;
};
struct CodesToKeep {
    std::optional<std::string> column; // as it was read
    std::vector<std::string> codes;
};
using FactorProof = std::variant<StepToClaim, CodesToKeep>;

// The step of a right time-based code that is newer than `last_step`.
using JudgeOfSteps = std::optional<std::int64_t> (*)(
    SecretString const& base32_secret,
    SecretString const& code,
    std::int64_t unix_seconds,
    std::optional<std::int64_t> last_step
);

// Nothing: wrong, used before, or there is nothing to compare with (decisions D-61).
std::optional<FactorProof>
judge(Services& services, FactorTry const& tried, SecondFactor const& factor, JudgeOfSteps steps);

// Throws 429 after its rows are committed, where five wrong codes closed this counter.
Async<void> refuse_closed_factor(Services& services, UnitOfWork& work, FactorTry const& tried);

// Records a try that is not judged, commits, and throws.
Async<void> refuse_factor(UnitOfWork& work, FactorTry const& tried, Refusal refusal);

// Records a wrong code, commits, and throws.
Async<void> refuse_wrong_factor(UnitOfWork& work, FactorTry const& tried);

// Uses a right code up. False: somebody else did, or the row changed.
Async<bool> claim(Services& services, UnitOfWork& work, FactorTry const& tried, FactorProof proof);

// Takes the failures of this counter away, and leaves the row of the success.
Async<void> clear_failures(UnitOfWork& work, FactorTry const& tried);

} // namespace gatehouse::domain
