// "This was not me": everything of the account ends, and the way back leads through its mailbox.
#pragma once

#include "core/async.h"
#include "core/secret.h"
#include "domain/caller.h"
#include "domain/request_facts.h"
#include "domain/services.h"

namespace gatehouse::sign_in_denial {

enum class WayBack {
    mailbox, // a link for a new password is on its way
    administrator, // the address was replaced since: suspended, until somebody has looked
};

// With the token of a mailed link, which is spent by it. Throws Refusal, 400 for one that is
// unknown, used or expired, and for the account of somebody suspended or deleted.
Async<WayBack>
deny_with_link(domain::Services& services, domain::RequestFacts facts, SecretString token);

// Within a session of one's own: that other session, or this one, was not me. Throws Refusal, 404
// where it is unknown or somebody else's.
Async<WayBack> deny_within_session(
    domain::Services& services,
    domain::RequestFacts facts,
    domain::Caller const& caller,
    domain::SessionId session
);

} // namespace gatehouse::sign_in_denial
