// Whether the session behind a token is live, as the database has it at this request.
#include "domain/session_check.h"

#include "domain/impersonation.h"
#include "domain/kept.h"
#include "domain/kept_reading.h"
#include "domain/session_use.h"

namespace gatehouse::domain {

namespace {

// An impersonation lives from the session that it was begun in, and from no other impersonation.
std::optional<Reason> why_not_lived_from(SessionFacts const& facts, Instant now)
{
    auto const& session = facts.session;
    auto const* const from = facts.impersonator.get();
    bool const is_whole = from && !from->session.impersonation
        && from->session.id == session.impersonation->from
        && from->user.id == session.impersonation->by
        && from->user.organization_id == session.organization_id;
    if (!is_whole || why_not_live(*from, now))
        return Reason::session_ended;
    return std::nullopt;
}

} // namespace

std::optional<Reason> why_not_live(SessionFacts const& facts, Instant now)
{
    auto const& session = facts.session;
    auto const& user = facts.user;
    if (session.logged_out_at || session.revoked_at)
        return Reason::session_ended;
    if (session.expires_at <= now || session.absolute_expires_at <= now)
        return Reason::session_expired;
    if (user.deleted_at || user.status != UserStatus::active)
        return Reason::session_ended;
    if (session.session_version != user.session_version)
        return Reason::session_invalidated;
    if (session.impersonation)
        return why_not_lived_from(facts, now);
    return std::nullopt;
}

bool impersonation_holds(SessionFacts const& facts, policy::Policy const& policy)
{
    if (!facts.session.impersonation)
        return true;
    if (!facts.impersonator)
        return false;
    auto const& by = *facts.impersonator;
    return may_impersonate(
        {by.user.role, policy.effective(by.user.role, by.granted)},
        {facts.user.role, policy.effective(facts.user.role, facts.granted)}
    );
}

Result<Caller>
judge_session(TokenClaims const& claims, std::optional<SessionFacts> facts, Instant now)
{
    auto const refused = [](Reason reason) {
        return std::unexpected(Refusal{.reason = reason});
    };
    if (!facts)
        return refused(Reason::session_ended);
    auto const& session = facts->session;
    auto const& user = facts->user;
    // A token names the session it was minted for; one that names another person's was not ours.
    if (session.user_id != claims.subject || session.organization_id != claims.organization_id)
        return refused(Reason::invalid_token);
    if (auto const why = why_not_live(*facts, now))
        return refused(*why);
    if (claims.session_version != user.session_version)
        return refused(Reason::session_invalidated);
    return Caller{
        .session = std::move(facts->session),
        .user = std::move(facts->user),
        .granted = std::move(facts->granted),
        .rules = std::move(facts->rules),
    };
}

namespace {

constexpr Duration seen_at_most_every = 1min; // decisions D-70

// Written after the answer, together with other sessions', and allowed to be lost (behaviours §2).
void note_use(Services& services, Caller const& caller, Instant now)
{
    auto const& session = caller.session;
    services.uses.note(
        {.organization_id = session.organization_id,
         .session_id = session.id,
         .seen = now,
         .idle_end = moved_idle_end(session, caller.rules->policy, now)}
    );
    services.kept.sessions.note_use(session.id, now);
}

} // namespace

Async<CheckedToken> check_token(Services& services, std::string presented, Instant now)
{
    auto read = co_await services.tokens.verify(std::move(presented), now);
    auto verified = require(std::move(read));
    auto facts = co_await session_facts(services, verified.claims.session_id);
    auto const policy = services.policies.current();
    bool const holds = !facts || impersonation_holds(*facts, *policy);
    auto caller = require(judge_session(verified.claims, std::move(facts), now));
    if (!holds)
        throw Refusal{.reason = Reason::session_ended};
    caller.stand_under(policy);
    if (now - caller.session.last_seen_at >= seen_at_most_every)
        note_use(services, caller, now);
    co_return CheckedToken{std::move(verified.claims), std::move(caller)};
}

Async<Caller> check_session(Services& services, std::string presented, Instant now)
{
    auto checked = co_await check_token(services, std::move(presented), now);
    co_return std::move(checked.caller);
}

} // namespace gatehouse::domain
