// The fifth check of a request: whether its caller has proven once more who they are
// (spec/permissions §3, api §8).
#pragma once

#include "core/async.h"
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

StepUpDemand demand_of(domain::StepUpOffer const& offer, domain::StepUpPurpose purpose);

// For a gate, behind place and permission. Passes where the caller stepped up for this purpose, in
// this session, in the last 600 s; else throws 428 with a challenge, and in WWW-Authenticate what
// RFC 9470 tells clients that do not know us.
Async<void> require_step_up(Context& context, domain::StepUpPurpose purpose);

} // namespace gatehouse::http
