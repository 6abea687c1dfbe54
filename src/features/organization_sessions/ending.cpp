// Ending one session, all of a person, or everybody's: each in one unit of work with its row.
#include "features/organization_sessions/ending.h"

#include "domain/access.h"
#include "domain/account_reach.h"
#include "domain/deed.h"
#include "domain/one_time_tokens.h"
#include "domain/organizations.h"
#include "domain/session_list.h"
#include "domain/step_up_challenges.h"

namespace gatehouse::organization_sessions {
namespace {
using domain::Actor;
using domain::Caller;
using domain::deed;
using domain::Event;
using domain::ForcedEnd;
using domain::Reason;
using domain::Refusal;
using domain::RequestFacts;
using domain::Services;
using domain::SessionId;
using domain::TokenPurpose;
using domain::UnitOfWork;
using domain::User;
using domain::UserId;

// As stored under the lock: perhaps they were raised since the gate. The deleted have no session
// that lives, and nobody's right is asked about them.
Async<User> person_in_reach(UnitOfWork& work, Caller const& caller, UserId id)
{
    auto found = co_await work.users().find(caller.organization_id(), std::move(id));
    if (!found)
        throw Refusal{.reason = Reason::not_found};
    co_await domain::require_account_in_reach(work, Actor::person(caller), *found);
    co_return std::move(*found);
}

// The version alone ends sign-ins; a new address would still be taken by who holds its mailbox.
Async<void> void_begun(UnitOfWork& work, User person, Instant now)
{
    for (auto const purpose : {TokenPurpose::second_factor, TokenPurpose::change_email})
        co_await work.one_time_tokens().void_all(person.organization_id, person.id, purpose, now);
    co_await work.step_up_challenges().void_open(person.organization_id, person.id, now);
}

ForcedEnd by(Caller const& caller, Instant now)
{
    return {.by = caller.user_id(), .now = now, .kept = {}};
}

} // namespace

Async<void>
end_one(Services& services, RequestFacts facts, Caller const& caller, SessionId session, UserId of)
{
    auto const& organization = caller.organization_id();
    auto const actor = Actor::person(caller);
    auto work = co_await services.storage.begin();
    co_await domain::hold_standing(*work, actor, organization, facts.now);
    auto const person = co_await person_in_reach(*work, caller, std::move(of));
    bool const ended = co_await work->session_list().end_one(
        organization, person.id, session, by(caller, facts.now)
    );
    if (!ended)
        throw Refusal{.reason = Reason::conflict, .message = "The session is over already."};
    auto entry = deed(facts, actor, Event::session_revoked, 200, person);
    entry.resource = "session";
    entry.resource_id = session.text();
    co_await work->ledger().append(std::move(entry));
    co_await work->commit();
    services.risk_scores.forget(person.id);
}

Async<std::int64_t>
end_all_of(Services& services, RequestFacts facts, Caller const& caller, UserId of)
{
    auto const& organization = caller.organization_id();
    auto const actor = Actor::person(caller);
    auto work = co_await services.storage.begin();
    co_await domain::hold_standing(*work, actor, organization, facts.now);
    auto const person = co_await person_in_reach(*work, caller, std::move(of));
    bool const own = actor.is(person.id);
    auto end = by(caller, facts.now);
    if (own)
        end.kept = caller.session_id();
    auto const sessions = co_await work->session_list().end_all_of(organization, person.id, end);
    if (!own) { // with all that was begun and waits for a code or a mailbox
        co_await void_begun(*work, person, facts.now);
        co_await work->users().raise_session_version(organization, person.id, facts.now);
    }
    auto entry = deed(facts, actor, Event::force_logout, 200, person);
    entry.details["sessions"] = sessions;
    co_await work->ledger().append(std::move(entry));
    co_await work->commit();
    services.risk_scores.forget(person.id);
    co_return sessions;
}

Async<std::int64_t> end_everybody(Services& services, RequestFacts facts, Caller const& caller)
{
    require_may_end_everybody(caller);
    auto const& organization = caller.organization_id();
    auto const actor = Actor::person(caller);
    auto work = co_await services.storage.begin();
    // Two who do so at once would wait for each other's rows.
    co_await work->organizations().lock(organization);
    co_await domain::require_same_standing(*work, actor, facts.now);
    auto end = by(caller, facts.now);
    end.kept = caller.session_id();
    auto const sessions = co_await work->session_list().end_everybody(organization, end);
    auto entry = deed(facts, actor, Event::force_logout, 200, organization);
    entry.resource = "organization";
    entry.resource_id = organization.text();
    entry.details["sessions"] = sessions;
    co_await work->ledger().append(std::move(entry));
    co_await work->commit();
    services.risk_scores.forget(caller.user_id()); // everybody else's version is another one
    co_return sessions;
}

void require_may_end_everybody(Caller const& caller)
{
    if (caller.user.role != domain::Role::owner)
        throw Refusal{
            .reason = Reason::forbidden,
            .message = "Everybody's sessions are the owners' too: only an owner ends them."
        };
}

} // namespace gatehouse::organization_sessions
