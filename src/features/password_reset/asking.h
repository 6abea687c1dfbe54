// Asking for a link that replaces a forgotten password.
#pragma once

#include "core/async.h"
#include "domain/email_address.h"
#include "domain/ids.h"
#include "domain/request_facts.h"
#include "domain/services.h"

#include <optional>

namespace gatehouse::password_reset {

// Counts the request, and mails one link for each live and active account of the address. Nothing
// that the caller sees tells whether there is one. Throws rate_limited from the fourth in an hour.
Async<void>
ask(domain::Services& services,
    domain::RequestFacts facts,
    domain::CanonicalAddress address,
    std::optional<domain::OrganizationId> named);

} // namespace gatehouse::password_reset
