// The fifth check of a request: whether its caller has proven once more who they are
// (spec/permissions §3, api §8).
#pragma once

#include "core/async.h"
#include "core/secret.h"
#include "domain/directory.h"
#include "domain/risk_check.h"
#include "domain/step_up.h"
#include "http/context.h"

#include <boost/describe/class.hpp>

#include <cstdint>
#include <string>
#include <vector>

namespace gatehouse::http {

struct StepUpDemand { // beside the envelope of a 428
    bool requires_step_up = true;
    std::string purpose;
    std::string challenge_id;
    std::vector<std::string> methods;
    std::int64_t expires_in = 0; // seconds
    bool code_sent = false;
};
BOOST_DESCRIBE_STRUCT(
    StepUpDemand, (), (requires_step_up, purpose, challenge_id, methods, expires_in, code_sent)
)

struct UnusualPerson {
    std::string id;
    std::string email;
};
BOOST_DESCRIBE_STRUCT(UnusualPerson, (), (id, email))

struct UnusualDemand : StepUpDemand { // of a sign-in (api §8)
    std::int64_t score = 0;
    std::vector<std::string> reasons;
    UnusualPerson user;
};
BOOST_DESCRIBE_STRUCT(UnusualDemand, (StepUpDemand), (score, reasons, user))

struct UnusualRefresh : UnusualDemand { // the token that was used is used up
    SecretString refresh_token;
};
BOOST_DESCRIBE_STRUCT(UnusualRefresh, (UnusualDemand), (refresh_token))

StepUpDemand demand_of(domain::StepUpOffer const& offer, domain::StepUpPurpose purpose);

// 428 at a sign-in.
[[noreturn]] void refuse_unusual(
    domain::StepUpOffer const& offer, domain::RiskRecord const& risk, domain::User const& user
);

// 428 at a refresh, with the new refresh token; on the account surface in its cookie too.
[[noreturn]] void refuse_unusual(
    Context const& context,
    domain::StepUpOffer const& offer,
    domain::RiskRecord const& risk,
    domain::SessionFacts const& whose,
    SecretString refresh_token
);

// For a gate, behind place and permission. Passes where the caller stepped up for this purpose, in
// this session, in the last 600 s; else throws 428 with a challenge, and in WWW-Authenticate what
// RFC 9470 tells clients that do not know us.
Async<void> require_step_up(Context& context, domain::StepUpPurpose purpose);
// The same where the policy of the caller's organization asks for it.
Async<void> require_step_up_where_asked(Context& context, domain::StepUpPurpose purpose);

} // namespace gatehouse::http
