// Asking a person to prove a mailbox: the token and the mail that carries it.
#pragma once

#include "core/async.h"
#include "domain/opaque_token.h"
#include "domain/request_facts.h"
#include "domain/services.h"
#include "domain/storage.h"
#include "domain/users.h"

namespace gatehouse::domain {

constexpr Duration verification_life = 24h;

// Writes the one-time token; the caller queues the mail with the text.
Async<SecretString> begin_verification(
    Services& services, UnitOfWork& work, RequestFacts const& facts, User const& user
);

} // namespace gatehouse::domain
