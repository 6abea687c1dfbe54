// The second half of changing one's own address: the link mailed to the new one is opened.
#pragma once

#include "core/async.h"
#include "domain/one_time_tokens.h"
#include "domain/storage.h"
#include "http/context.h"

namespace gatehouse::email_verification {

enum class Proof {
    proven,
    invalid,
    expired,
    taken, // meanwhile somebody else has the address
};

// Commits `work` where the address is, or was, changed. A link that was opened before is good as
// long as the address is still the one it proved.
Async<Proof>
change_address(http::Context& context, domain::UnitOfWork& work, domain::OneTimeToken token);

} // namespace gatehouse::email_verification
