// What is decided about questions to the ledger, and the same scores under other
// thresholds.
#pragma once

#include "domain/period.h"
#include "domain/risk.h"
#include "domain/risk_decisions.h"
#include "features/risk/messages.h"

#include <optional>
#include <string>

namespace gatehouse::risk {

// At most 92 days. Throws Refusal, 400 that names the member.
domain::Period bounded_period(
    std::optional<std::string> const& from, std::optional<std::string> const& to, Instant now
);
domain::DecisionFilter filter_of(DecisionsRequest const& request, Instant now);

// Throws Refusal, 400 that names the member.
domain::Thresholds thresholds_in(ReplayRequest const& request);

// Counts one stored decision as it was and as it would be.
void replay(domain::RiskDecision const& decision, domain::Thresholds const& asked, Replayed& into);

} // namespace gatehouse::risk
