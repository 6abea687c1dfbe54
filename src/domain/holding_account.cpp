// Taking the lock on an address that may change while it is waited for.
#include "domain/holding_account.h"

#include "domain/access.h"
#include "domain/attempts.h"

#include <stdexcept>

namespace gatehouse::domain {

namespace {
constexpr int looks = 4; // how often the own address may change while its lock is waited for
}

Async<HeldAccount> hold_account(Services& services, Caller const& caller)
{
    CanonicalAddress address(caller.user.email);
    for (int look = 0; look < looks; ++look) {
        auto work = co_await services.storage.begin();
        co_await work->attempts().lock(address);
        co_await hold_own_organization(*work, caller);
        auto const now = services.clock.now();
        auto user = co_await caller_as_stored(*work, caller, now);
        CanonicalAddress const present(user.email);
        if (present == address)
            co_return HeldAccount{std::move(work), std::move(user), now};
        address = present;
    }
    throw std::runtime_error("an address changed at every look");
}

} // namespace gatehouse::domain
