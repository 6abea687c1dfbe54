// What campaigns do: freeze a population, take decisions, and end.
#pragma once

#include "core/async.h"
#include "domain/access_evidence.h"
#include "domain/caller.h"
#include "domain/request_facts.h"
#include "domain/services.h"

#include <cstdint>
#include <string>

namespace gatehouse::compliance {

constexpr std::int64_t most_open = 10; // campaigns of one organization
constexpr std::int64_t most_kept = 1000;

// Everybody of the organization as they stand now. Throws Refusal, 409 where there are as many
// campaigns as may be.
Async<domain::AccessReview> begin_review(
    domain::Services& services,
    domain::RequestFacts facts,
    domain::Caller const& caller,
    std::string name
);

// Revoked access ends with the decision: the person is suspended in the same unit of work. Throws
// Refusal: 404 for somebody who is none of its population, 409 behind its end or where it was
// revoked before, 403 and 409 as suspending does.
Async<domain::AccessReview> decide(
    domain::Services& services,
    domain::RequestFacts facts,
    domain::Caller const& caller,
    std::string review,
    domain::ReviewItem decided
);

// Throws Refusal, 409 while somebody is undecided.
Async<domain::AccessReview> sign_off(
    domain::Services& services,
    domain::RequestFacts facts,
    domain::Caller const& caller,
    std::string review
);

} // namespace gatehouse::compliance
