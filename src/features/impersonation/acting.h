// Beginning to act as somebody else, and ending it.
#pragma once

#include "core/async.h"
#include "core/secret.h"
#include "domain/caller.h"
#include "domain/request_facts.h"
#include "domain/services.h"
#include "domain/sessions.h"
#include "domain/users.h"

#include <optional>
#include <string>

namespace gatehouse::impersonation {

struct Acting {
    domain::Session session;
    domain::User person;
    SecretString token;
};

// Throws Refusal: 400 for oneself, 403 for somebody whom the caller may not act as, 404, 409 where
// the person cannot sign in, or the caller acts as somebody already.
Async<Acting> begin(
    domain::Services& services,
    domain::RequestFacts facts,
    domain::Caller const& caller,
    domain::UserId person,
    std::string reason
);

// What the caller's session acts in, from either of its ends; nothing where there is none.
Async<std::optional<domain::Session>>
running(domain::UnitOfWork& work, domain::Caller const& caller, Instant now);

// Throws Refusal, 404, where there is none.
Async<void>
end(domain::Services& services, domain::RequestFacts facts, domain::Caller const& caller);

} // namespace gatehouse::impersonation
