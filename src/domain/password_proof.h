// The caller's own password once more, before something about their account may change.
#pragma once

#include "core/async.h"
#include "domain/caller.h"
#include "domain/request_facts.h"
#include "domain/services.h"
#include "domain/storage.h"

#include <memory>

namespace gatehouse::domain {

// A unit of work that holds the lock on the address of a person whose password was right a moment
// ago and still is.
struct Proven {
    std::unique_ptr<UnitOfWork> work;
    User user; // as stored now
};

// A wrong password counts like one at a sign-in, in the same counter, and a closed address is
// refused unhashed: a stolen session is no place to guess at. A right one clears nothing, since
// nobody signed in. Throws the refusal after its rows are committed.
Async<Proven> prove_password(
    Services& services, RequestFacts facts, Caller const& caller, SecretString const& password
);

} // namespace gatehouse::domain
