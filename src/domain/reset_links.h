// The token of a link that replaces a forgotten password.
#pragma once

#include "core/async.h"
#include "core/secret.h"
#include "domain/request_facts.h"
#include "domain/services.h"
#include "domain/storage.h"
#include "domain/users.h"

namespace gatehouse::domain {

constexpr Duration reset_link_life = 1h;

// Writes it, and what users.reset_token shows of it; the caller queues the mail with the text.
Async<SecretString>
begin_reset(Services& services, UnitOfWork& work, RequestFacts const& facts, User user);

} // namespace gatehouse::domain
