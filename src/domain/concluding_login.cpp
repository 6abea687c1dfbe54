// Letting in and keeping out.
#include "domain/concluding_login.h"

#include "domain/attempts.h"
#include "domain/ledger.h"
#include "domain/new_device.h"
#include "domain/refusal.h"

namespace gatehouse::domain {
namespace {

Async<void>
refuse_blocked(UnitOfWork& work, RequestFacts facts, User user, Event event, Reason reason)
{
    auto entry = ledger_entry(facts, event, Outcome::denied, 403, user);
    co_await work.ledger().record(std::move(entry));
    co_await work.commit();
    throw Refusal{.reason = reason};
}

} // namespace

Async<void> record_login(Services& services, UnitOfWork& work, LoginEnd end)
{
    auto const& user = end.user;
    CanonicalAddress const address(user.email);
    co_await work.attempts().clear(address, AttemptMethod::password, user.organization_id);
    co_await work.users().note_login(user.organization_id, user.id, end.facts.now);
    auto entry = ledger_entry(end.facts, Event::login_success, Outcome::success, 200, user);
    entry.session_id = end.session.id;
    if (end.method)
        entry.details["method"] = *end.method;
    put_risk(entry, end.risk);
    std::optional<std::int64_t> row;
    if (end.from_new_device) // its mail names the row
        row = co_await work.ledger().append(std::move(entry));
    else
        co_await work.ledger().record(std::move(entry));
    co_await record_skipped(work, end.facts, user, end.session.id, end.risk);
    if (row)
        co_await tell_of_new_device(services, work, end.facts, user, end.session, *row);
}

void told_of_login(Services& services, bool from_new_device)
{
    if (from_new_device)
        services.mail_waits();
}

Async<void>
block_login(Services& services, UnitOfWork& work, RequestFacts facts, User user, RiskRecord risk)
{
    co_await work.users().raise_session_version(user.organization_id, user.id, facts.now);
    auto entry = ledger_entry(facts, Event::anomaly_score_high, Outcome::denied, 401, user);
    put_risk(entry, risk);
    co_await work.ledger().record(std::move(entry));
    co_await work.commit();
    services.risk_scores.forget(user.id);
    throw Refusal{.reason = Reason::login_blocked};
}

Async<void> require_may_sign_in(UnitOfWork& work, RequestFacts facts, User user)
{
    if (user.status != UserStatus::active)
        co_await refuse_blocked(
            work, facts, user, Event::login_blocked_suspended, Reason::account_suspended
        );
    if (!user.email_verified)
        co_await refuse_blocked(
            work, facts, user, Event::login_blocked_unverified, Reason::email_not_verified
        );
}

} // namespace gatehouse::domain
