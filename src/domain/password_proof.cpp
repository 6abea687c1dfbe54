// Proving one's password within a session, under the rules of a sign-in.
#include "domain/password_proof.h"

#include "domain/access.h"
#include "domain/attempts.h"
#include "domain/ledger.h"
#include "domain/lockout.h"

#include <stdexcept>

namespace gatehouse::domain {
namespace {

constexpr int looks = 4; // how often the password may change under our hands before we give up

struct Asking {
    Services& services;
    RequestFacts const& facts;
    Caller const& caller;

    CanonicalAddress address() const { return CanonicalAddress(caller.user.email); }
};

// What was seen before the unit of work, outside of which passwords are hashed.
struct Seen {
    bool closed = false;
    bool matches = false;
    std::optional<crypto::StoredPassword> password;
};

Attempt attempt_row(Asking const& in)
{
    Attempt row{.address = in.address()};
    row.user_id = in.caller.user_id();
    row.organization_id = in.caller.organization_id();
    row.ip_address = in.facts.client_address;
    row.attempted_at = in.facts.now;
    return row;
}

LedgerEntry failure_entry(Asking const& in, Event event, Outcome outcome, int status)
{
    auto entry = ledger_entry(in.facts, event, outcome, status, in.caller.user);
    entry.session_id = in.caller.session_id();
    entry.email = in.address().text();
    entry.details["method"] = std::string("password");
    return entry;
}

Async<void> refuse_closed_address(Asking in, UnitOfWork& work, Closed state)
{
    auto row = attempt_row(in);
    row.throttled = true;
    co_await work.attempts().record(row);
    auto refusal = refuse_closed(state, in.facts.surface);
    auto const status = refusal.reason == Reason::account_locked ? 423 : 429;
    co_await work.ledger().append(failure_entry(in, Event::account_locked, Outcome::denied, status)
    );
    co_await work.commit();
    throw refusal;
}

Async<void> refuse_wrong(Asking in, UnitOfWork& work)
{
    co_await work.attempts().record(attempt_row(in));
    co_await work.ledger().append(failure_entry(in, Event::login_failure, Outcome::failure, 401));
    co_await work.commit();
    throw Refusal{.reason = Reason::invalid_credentials};
}

// By the address, as at a sign-in, and by the person: who may move the own address must not get
// five more guesses with each one.
Async<std::optional<Closed>> closed_now(Asking in, UnitOfWork& work)
{
    auto const now = in.facts.now;
    auto const of_address
        = co_await work.attempts().failures(in.address(), AttemptMethod::password, now);
    auto const of_person
        = co_await work.attempts().failures_of(in.caller.user_id(), AttemptMethod::password, now);
    if (!in.services.settings.rate_limit)
        co_return std::nullopt;
    auto const state = closed(of_address, now);
    co_return state ? state : closed(of_person, now);
}

Async<Seen> look(Asking in, SecretString const& password)
{
    Seen seen;
    {
        auto work = co_await in.services.storage.read();
        auto const state = co_await closed_now(in, *work);
        auto const user = co_await caller_as_stored(*work, in.caller, in.facts.now);
        seen.closed = state.has_value();
        seen.password = user.password;
    }
    if (seen.closed)
        co_return seen;
    auto stored = seen.password.value_or(in.services.passwords.decoy());
    bool const matches
        = co_await in.services.passwords.matches(password.duplicate(), std::move(stored));
    seen.matches = matches && seen.password;
    co_return seen;
}

std::string hash_of(std::optional<crypto::StoredPassword> const& password)
{
    return password ? password->hash : "";
}

} // namespace

Async<Proven> prove_password(
    Services& services, RequestFacts facts, Caller const& caller, SecretString const& password
)
{
    Asking const in{services, facts, caller};
    for (int time = 0; time < looks; ++time) {
        auto const seen = co_await look(in, password);
        auto work = co_await services.storage.begin();
        co_await work->attempts().lock(in.address());
        co_await hold_own_organization(*work, in.caller);
        facts.now = services.clock.now(); // a guess that was held back counts when it is judged
        auto const state = co_await closed_now(in, *work);
        if (state)
            co_await refuse_closed_address(in, *work, *state);
        auto user = co_await caller_as_stored(*work, in.caller, in.facts.now);
        if (seen.closed || hash_of(user.password) != hash_of(seen.password))
            continue; // opened, or replaced, since the look: look again
        if (!seen.matches)
            co_await refuse_wrong(in, *work);
        co_return Proven{std::move(work), std::move(user)};
    }
    throw std::runtime_error("a password changed at every look");
}

} // namespace gatehouse::domain
