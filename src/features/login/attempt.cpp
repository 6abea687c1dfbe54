// The two ends of a try: what is known before the hash, and what is concluded after it.
#include "features/login/attempt.h"

#include "domain/attempts.h"
#include "domain/entering.h"
#include "domain/ledger.h"
#include "domain/lockout.h"
#include "domain/organizations.h"
#include "domain/security_rules.h"
#include "features/login/endings.h"
#include "http/context.h"

namespace gatehouse::login {
namespace {
using domain::AttemptMethod;
using domain::Candidate;
using domain::closed;
using domain::Event;
using domain::FailureWindow;
using domain::ledger_entry;
using domain::LedgerEntry;
using domain::Outcome;
using domain::Reason;
using domain::Refusal;
using domain::refuse_closed;
using domain::Services;
using domain::User;

// A failed or refused try belongs to the one candidate, or to `system`, so that no organization
// reads another's sign-ins (behaviours §4).
LedgerEntry failure_entry(Concluding const& in, Event event, Outcome outcome, int status)
{
    auto entry = ledger_entry(in.attempt.facts, event, outcome, status);
    if (auto const owner = ledger_owner(in.known.meant)) {
        entry.organization_id = owner->user.organization_id;
        entry.user_id = owner->user.id;
    }
    entry.email = in.attempt.address.text();
    entry.details["method"] = std::string("password");
    return entry;
}

Async<void> refuse_closed_address(Concluding in, FailureWindow window)
{
    auto row = attempt_row(in);
    row.throttled = true;
    co_await in.work.attempts().record(row);
    auto const state = closed(window, in.attempt.facts.now);
    auto refusal = refuse_closed(*state, in.attempt.facts.surface);
    auto const status = refusal.reason == Reason::account_locked ? 423 : 429;
    co_await in.work.ledger().record(
        failure_entry(in, Event::account_locked, Outcome::denied, status)
    );
    co_await in.work.commit();
    throw refusal;
}

Async<void> refuse_wrong(Concluding in)
{
    co_await in.work.attempts().record(attempt_row(in));
    co_await in.work.ledger().record(failure_entry(in, Event::login_failure, Outcome::failure, 401)
    );
    co_await in.work.commit();
    throw Refusal{.reason = Reason::invalid_credentials};
}

// Right password, but no way in: said only now, and not counted as an attempt (decisions D-28).
Async<void> refuse_blocked(Concluding in, User user, Event event, Reason reason)
{
    auto entry = ledger_entry(in.attempt.facts, event, Outcome::denied, 403, user);
    co_await in.work.ledger().record(std::move(entry));
    co_await in.work.commit();
    throw Refusal{.reason = reason};
}

[[noreturn]] void ask_for_organization(std::vector<Candidate> const& proven)
{
    OrganizationChoices choices;
    for (auto const& candidate : proven)
        choices.organizations.push_back(
            {candidate.user.organization_id.text(), candidate.organization_name}
        );
    http::refuse_with(Refusal{.reason = Reason::choose_organization}, choices);
}

// The candidates whose password was right, as they are now. Nothing if one of them changed since.
Async<std::optional<std::vector<Candidate>>> proven_now(Concluding in, std::vector<bool> matches)
{
    std::vector<Candidate> proven;
    for (std::size_t at = 0; at < in.known.meant.size(); ++at) {
        if (!matches[at])
            continue;
        auto const& candidate = in.known.meant[at];
        auto const& organization = candidate.user.organization_id;
        co_await in.work.organizations().hold_for_next(organization);
        auto const user = co_await in.work.users().find(organization, candidate.user.id);
        // A reset that was committed meanwhile must not be followed by a session for the old
        // password.
        if (!user || !user->password || user->password->hash != candidate.user.password->hash)
            co_return std::nullopt;
        proven.push_back({*user, candidate.organization_name});
    }
    co_return proven;
}

} // namespace

Async<Known> look_up(Services& services, Try const& attempt)
{
    auto work = co_await services.storage.read();
    Known known;
    auto const window = co_await work->attempts().failures(
        attempt.address, AttemptMethod::password, attempt.facts.now
    );
    known.closed = services.settings.rate_limit && closed(window, attempt.facts.now).has_value();
    // With an organization named, the one meant may stand beyond the bound of the unnamed.
    auto const limit = attempt.named ? 1000 : services.settings.candidate_limit;
    known.all = co_await work->directory().live_users(attempt.address, limit);
    known.meant = narrowed(known.all, attempt.named);
    co_return known;
}

Async<void> look_back(Services& services, Try const& attempt, Checked& checked)
{
    std::vector<Candidate> proven;
    for (std::size_t at = 0; at < checked.matches.size(); ++at)
        if (checked.matches[at])
            proven.push_back(checked.known.meant[at]);
    auto const verdict = judge(std::move(proven));
    auto const* const admitted = std::get_if<Admitted>(&verdict);
    if (!admitted)
        co_return;
    auto presented = presented_by(attempt.device, attempt.facts);
    checked.looked = co_await domain::look_back(services, admitted->who.user, std::move(presented));
}

Async<Conclusion> conclude(Services& services, Try const& begun, Checked checked)
{
    auto work = co_await services.storage.begin();
    co_await work->attempts().lock(begun.address);
    // A try counts when it is concluded: one that was held back must not be stamped with an hour at
    // which it would have closed nothing.
    Try attempt = begun;
    attempt.facts.now = services.clock.now();
    Concluding const in{services, *work, attempt, checked.known};
    auto const window = co_await work->attempts().failures(
        attempt.address, AttemptMethod::password, attempt.facts.now
    );
    if (services.settings.rate_limit && closed(window, attempt.facts.now))
        co_await refuse_closed_address(in, window);
    if (checked.known.closed)
        co_return Stale{}; // opened again between the look and the lock: now hash

    auto proven = co_await proven_now(in, std::move(checked.matches));
    if (!proven)
        co_return Stale{};
    auto verdict = judge(std::move(*proven));
    if (std::holds_alternative<WrongCredentials>(verdict))
        co_await refuse_wrong(in);
    if (auto const* suspended = std::get_if<Suspended>(&verdict))
        co_await refuse_blocked(
            in, suspended->who.user, Event::login_blocked_suspended, Reason::account_suspended
        );
    if (auto const* unverified = std::get_if<Unverified>(&verdict))
        co_await refuse_blocked(
            in, unverified->who.user, Event::login_blocked_unverified, Reason::email_not_verified
        );
    if (auto const* several = std::get_if<SeveralOrganizations>(&verdict))
        ask_for_organization(several->proven);
    auto* const second = std::get_if<SecondFactor>(&verdict);
    auto const& entering = second ? second->who.user : std::get<Admitted>(verdict).who.user;
    auto const rules = co_await work->security_rules().of(entering.organization_id);
    co_await domain::require_may_enter(*work, attempt.facts, entering, *rules);
    if (second)
        co_return co_await ask_for_second_factor(in, std::move(second->who.user));
    auto& user = std::get<Admitted>(verdict).who.user;
    if (!checked.looked || checked.looked->user != user.id)
        co_return Stale{};
    co_return co_await judge_risk(in, std::move(user), std::move(*checked.looked));
}

} // namespace gatehouse::login
