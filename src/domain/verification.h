// Asking a person to prove a mailbox: the token and the mail that carries it.
#pragma once

#include "core/async.h"
#include "domain/one_time_tokens.h"
#include "domain/opaque_token.h"
#include "domain/request_facts.h"
#include "domain/services.h"
#include "domain/storage.h"
#include "domain/users.h"

#include <optional>
#include <string>

namespace gatehouse::domain {

constexpr Duration verification_life = 24h;
// Nobody can squat on an address: an unproven registration holds it for 7 days (decisions D-99).
constexpr Duration unproven_life = 24h * 7;

// Writes the one-time token; the caller queues the mail with the text.
Async<SecretString> begin_verification(
    Services& services, UnitOfWork& work, RequestFacts const& facts, User const& user
);

// The same for an address that the person wants instead of the present one. Only the newest link
// counts.
Async<SecretString> begin_address_change(
    Services& services,
    UnitOfWork& work,
    RequestFacts const& facts,
    User const& user,
    std::string wanted
);

// Which address the token of begin_address_change() is about; nothing where it says none.
std::optional<std::string> address_in(OneTimeToken const& token);

// After the address of a person has changed: links that were mailed to the old one open nothing.
Async<void> void_mailed_links(UnitOfWork& work, User const& user, Instant now);

} // namespace gatehouse::domain
