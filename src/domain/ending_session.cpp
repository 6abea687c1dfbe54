// Logging out.
#include "domain/ending_session.h"

#include "domain/ledger.h"
#include "domain/organizations.h"
#include "domain/refresh_tokens.h"

namespace gatehouse::domain {

Async<bool> log_out(UnitOfWork& work, RequestFacts const& facts, Caller const& caller)
{
    co_await work.organizations().hold_for_next(caller.organization_id());
    bool const ended = co_await work.sessions().log_out(
        caller.organization_id(), caller.session_id(), facts.now
    );
    if (!ended)
        co_return false;
    co_await work.refresh_tokens().revoke_session(
        caller.organization_id(), caller.session_id(), RefreshEnd::logout, facts.now
    );
    auto entry = ledger_entry(facts, Event::logout, Outcome::success, 200, caller.user);
    entry.session_id = caller.session_id();
    if (caller.session.impersonation) // also where the route has no caller
        entry.impersonator_id = caller.session.impersonation->by;
    co_await work.ledger().record(std::move(entry));
    co_return true;
}

Async<void> end_sessions(
    UnitOfWork& work,
    User const& person,
    std::optional<SessionId> kept,
    SessionEnd why,
    RefreshEnd refresh_why,
    Instant now
)
{
    auto const& organization = person.organization_id;
    co_await work.sessions().revoke_all(organization, person.id, kept, why, now);
    co_await work.refresh_tokens().revoke_all(organization, person.id, kept, refresh_why, now);
}

} // namespace gatehouse::domain
