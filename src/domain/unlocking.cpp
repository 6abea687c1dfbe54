// Emptying the buckets of failed tries.
#include "domain/unlocking.h"

#include "domain/attempts.h"

namespace gatehouse::domain {

Async<void> unlock(UnitOfWork& work, User person)
{
    CanonicalAddress const address(person.email);
    co_await work.attempts().lock(address);
    co_await work.attempts().clear_all(address, AttemptMethod::password);
    for (auto const method :
         {AttemptMethod::totp, AttemptMethod::backup_code, AttemptMethod::step_up})
        co_await work.attempts().clear_of(person.id, method);
}

} // namespace gatehouse::domain
