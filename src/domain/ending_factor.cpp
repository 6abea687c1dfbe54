// Taking a second factor away.
#include "domain/ending_factor.h"

#include "domain/one_time_tokens.h"
#include "domain/refusal.h"
#include "domain/second_factors.h"

namespace gatehouse::domain {

Async<void> void_pending_logins(UnitOfWork& work, User person, Instant now)
{
    co_await work.one_time_tokens().void_all(
        person.organization_id, person.id, TokenPurpose::second_factor, now
    );
}

Async<bool> end_second_factor(UnitOfWork& work, User person, Instant now)
{
    auto const factor = co_await work.second_factors().find(person.organization_id, person.id);
    if (!factor) // deleted meanwhile
        throw Refusal{.reason = Reason::session_ended};
    if (!factor->enabled && !factor->secret)
        co_return false;
    co_await void_pending_logins(work, person, now);
    co_await work.second_factors().remove(person.organization_id, person.id, now);
    co_return true;
}

} // namespace gatehouse::domain
