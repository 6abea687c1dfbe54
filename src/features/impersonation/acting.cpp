// A session for somebody who did not sign in, that lives from the one it was begun in.
#include "features/impersonation/acting.h"

#include "core/uuid.h"
#include "domain/access.h"
#include "domain/account_reach.h"
#include "domain/impersonation.h"
#include "domain/ledger.h"
#include "domain/members.h"
#include "domain/notifications.h"
#include "domain/opening_session.h"
#include "domain/refusal.h"

#include <algorithm>
#include <utility>

namespace gatehouse::impersonation {
namespace {
using domain::Actor;
using domain::Caller;
using domain::Event;
using domain::ledger_entry;
using domain::LedgerEntry;
using domain::Outcome;
using domain::Reason;
using domain::Refusal;
using domain::RequestFacts;
using domain::Services;
using domain::Session;
using domain::SessionId;
using domain::UnitOfWork;
using domain::User;
using domain::UserId;

// Within the caller's organization, and able to sign in.
Async<User> person_in(UnitOfWork& work, Caller const& caller, UserId id)
{
    auto found = co_await work.users().find(caller.organization_id(), std::move(id));
    if (!found || found->deleted_at)
        throw Refusal{.reason = Reason::not_found};
    if (found->status != domain::UserStatus::active || !found->email_verified)
        throw Refusal{
            .reason = Reason::conflict, .message = "The person cannot sign in at present."
        };
    co_return std::move(*found);
}

Async<bool> may_act_as(UnitOfWork& work, Caller const& caller, User person)
{
    auto held = co_await domain::grants_as_stored(work, *caller.policy, person);
    domain::Authority const mine{caller.user.role, caller.grants};
    domain::Authority const theirs{person.role, std::move(held)};
    co_return domain::may_impersonate(mine, theirs);
}

Async<void> require_may_act_as(UnitOfWork& work, Caller const& caller, User person)
{
    bool const may = co_await may_act_as(work, caller, std::move(person));
    if (!may)
        throw Refusal{
            .reason = Reason::forbidden,
            .message = "Nobody acts as somebody who may more than they do."
        };
}

// Neither device nor place: nothing of it is told to the score of the person's own sign-ins.
Session new_session(
    Services& services,
    RequestFacts const& facts,
    Caller const& caller,
    User const& person,
    std::string reason
)
{
    Session session;
    session.id = SessionId(mint_uuid(facts.now, services.random));
    session.organization_id = person.organization_id;
    session.user_id = person.id;
    session.session_version = person.session_version;
    session.surface = facts.surface;
    session.ip_address = facts.client_address;
    session.user_agent = facts.user_agent;
    session.auth_methods = {"impersonation"};
    session.created_at = facts.now;
    session.last_seen_at = facts.now;
    session.absolute_expires_at
        = std::min(facts.now + domain::impersonation_life, caller.session.absolute_expires_at);
    session.expires_at = session.absolute_expires_at;
    session.impersonation = domain::Impersonation{
        .by = caller.user_id(), .from = caller.session_id(), .reason = std::move(reason)
    };
    return session;
}

// Both names, whichever of the two sessions it is said in.
LedgerEntry entry_about(RequestFacts const& facts, Event event, int status, Session const& session)
{
    auto entry = ledger_entry(facts, event, Outcome::success, status);
    entry.organization_id = session.organization_id;
    entry.actor_id = session.impersonation->by;
    entry.user_id = session.user_id;
    entry.session_id = session.impersonation->from;
    entry.resource = "session";
    entry.resource_id = session.id.text();
    entry.personal["reason"] = session.impersonation->reason;
    return entry;
}

Async<void> tell(UnitOfWork& work, Session const& session)
{
    json::Object told{
        {"session", session.id.text()},
        {"impersonatorId", session.impersonation->by.text()},
        {"reason", session.impersonation->reason},
        {"until", to_text(session.expires_at)},
    };
    co_await work.members().notifications().add(
        session.organization_id,
        session.user_id,
        domain::NotificationKind::impersonation,
        std::move(told),
        session.created_at
    );
}

// What was begun in the caller's session, whether it still opens anything or not.
Async<std::optional<Session>> begun_in(UnitOfWork& work, Caller const& caller, Instant now)
{
    if (caller.session.impersonation)
        co_return caller.session;
    co_return co_await work.sessions().impersonating(
        caller.organization_id(), caller.session_id(), now
    );
}

// As every request in it is judged: whoever may not act as the person any more does not.
Async<bool> still_may(UnitOfWork& work, Caller const& caller, Session const& session)
{
    auto const person = co_await work.users().find(session.organization_id, session.user_id);
    if (!person)
        co_return false;
    co_return co_await may_act_as(work, caller, *person);
}

// One that opens nothing any more is in nobody's way, and ended, or there would be two once the
// rule lets it live again. The id of that one.
Async<std::optional<SessionId>>
require_none_running(UnitOfWork& work, Caller const& caller, Instant now)
{
    auto const other = co_await begun_in(work, caller, now);
    if (!other)
        co_return std::nullopt;
    bool const runs = co_await still_may(work, caller, *other);
    if (runs)
        throw Refusal{
            .reason = Reason::conflict, .message = "You act as somebody already: end that first."
        };
    bool const ended = co_await work.sessions().revoke(
        other->organization_id,
        other->user_id,
        other->id,
        domain::SessionEnd::session_version_bump,
        now
    );
    if (!ended) // by itself in this very moment
        co_return std::nullopt;
    co_return other->id;
}

} // namespace

Async<Acting> begin(
    Services& services, RequestFacts facts, Caller const& caller, UserId person, std::string reason
)
{
    auto const actor = Actor::person(caller);
    auto work = co_await services.storage.begin();
    co_await domain::hold_standing(*work, actor, caller.organization_id(), facts.now);
    auto const user = co_await person_in(*work, caller, std::move(person));
    co_await require_may_act_as(*work, caller, user);
    // Of two that begin at once the second waits here, and finds the first.
    auto const held = co_await work->members().hold(caller.organization_id(), caller.user_id());
    if (!held) // deleted in this very moment
        throw Refusal{.reason = Reason::session_ended};
    auto const ended = co_await require_none_running(*work, caller, facts.now);
    auto const session = new_session(services, facts, caller, user, std::move(reason));
    co_await work->sessions().insert(session);
    auto minted = co_await mint_tokens(services, *work, session, user, facts.now);
    co_await tell(*work, session);
    auto entry = entry_about(facts, Event::impersonation_started, 201, session);
    entry.details["expiresAt"] = to_text(session.expires_at);
    if (ended)
        entry.details["endedSession"] = ended->text();
    co_await work->ledger().append(std::move(entry));
    co_await work->commit();
    co_return Acting{session, user, std::move(minted.token)};
}

Async<std::optional<Session>> running(UnitOfWork& work, Caller const& caller, Instant now)
{
    if (caller.session.impersonation)
        co_return caller.session;
    auto found = co_await begun_in(work, caller, now);
    if (!found)
        co_return std::nullopt;
    bool const runs = co_await still_may(work, caller, *found);
    if (!runs)
        found.reset();
    co_return found;
}

Async<void> end(Services& services, RequestFacts facts, Caller const& caller)
{
    auto work = co_await services.storage.begin();
    co_await domain::hold_own_organization(*work, caller);
    auto const session = co_await begun_in(*work, caller, facts.now);
    if (!session)
        throw Refusal{.reason = Reason::not_found};
    bool const ended = co_await work->sessions().revoke(
        session->organization_id,
        session->user_id,
        session->id,
        domain::SessionEnd::user_requested,
        facts.now
    );
    if (!ended) // meanwhile
        throw Refusal{.reason = Reason::not_found};
    auto entry = entry_about(facts, Event::impersonation_ended, 200, *session);
    co_await work->ledger().append(std::move(entry));
    co_await work->commit();
}

} // namespace gatehouse::impersonation
