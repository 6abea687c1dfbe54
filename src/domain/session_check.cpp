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

std::optional<Reason>
why_not_opened(TokenClaims const& claims, SessionFacts const* facts, Instant now)
{
    if (!facts)
        return Reason::session_ended;
    auto const& session = facts->session;
    // A token names the session it was minted for; one that names another person's was not ours.
    if (session.user_id != claims.subject || session.organization_id != claims.organization_id)
        return Reason::invalid_token;
    if (auto const why = why_not_live(*facts, now))
        return *why;
    if (claims.session_version != facts->user.session_version)
        return Reason::session_invalidated;
    return std::nullopt;
}

Result<Caller>
judge_session(TokenClaims const& claims, std::shared_ptr<SessionFacts const> facts, Instant now)
{
    if (auto const why = why_not_opened(claims, facts.get(), now))
        return std::unexpected(Refusal{.reason = *why});
    return Caller(std::move(facts));
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

// Of a token that names them: throws Refusal where it does not open them.
CheckedToken opened(
    Services& services, VerifiedToken token, std::shared_ptr<SessionFacts const> facts, Instant now
)
{
    if (auto const why = why_not_opened(token.claims(), facts.get(), now))
        throw Refusal{.reason = *why};
    auto policy = services.policies.current();
    if (!impersonation_holds(*facts, *policy))
        throw Refusal{.reason = Reason::session_ended};
    CheckedToken checked{.token = std::move(token), .caller = Caller(std::move(facts))};
    checked.caller.stand_under(std::move(policy));
    if (now - checked.caller.session.last_seen_at >= seen_at_most_every)
        note_use(services, checked.caller, now);
    return checked;
}

} // namespace

std::optional<CheckedToken>
check_token_at_once(Services& services, std::string_view presented, Instant now)
{
    auto verified = services.tokens.verified_before(presented, now);
    if (!verified)
        return std::nullopt;
    auto facts = services.kept.sessions.find(verified->claims().session_id);
    if (!facts)
        return std::nullopt;
    return opened(services, *std::move(verified), std::move(facts), now);
}

Async<CheckedToken> check_token(Services& services, std::string_view presented, Instant now)
{
    if (auto known = check_token_at_once(services, presented, now))
        co_return *std::move(known);
    auto read = co_await services.tokens.verify(presented, now);
    auto verified = require(std::move(read));
    auto facts = co_await session_facts(services, verified.claims().session_id);
    co_return opened(services, std::move(verified), std::move(facts), now);
}

Async<Caller> check_session(Services& services, std::string_view presented, Instant now)
{
    auto checked = co_await check_token(services, presented, now);
    co_return std::move(checked.caller);
}

} // namespace gatehouse::domain
