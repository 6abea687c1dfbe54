// What a risk score is compared with, read through the view `user_sessions` and nothing else: when
// the view is gone or slow, nothing but the score suffers (decisions D-50, D-65).
#pragma once

#include "core/async.h"
#include "core/time.h"
#include "domain/ids.h"
#include "domain/risk.h"

namespace gatehouse::domain {

class SessionHistory {
public:
    virtual ~SessionHistory() = default;
    // `session_version` is the person's: sessions of an older one are not live.
    virtual Async<RiskHistory>
    of(OrganizationId organization, UserId user, int session_version, Instant now) = 0;
};

} // namespace gatehouse::domain
