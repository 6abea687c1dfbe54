// The endings of a try of a second factor.
#include "domain/factor_tries.h"

#include "domain/factor_secrets.h"
#include "domain/ledger.h"
#include "domain/lockout.h"

namespace gatehouse::domain {
namespace {

Attempt attempt_row(FactorTry const& tried)
{
    Attempt row{.address = CanonicalAddress(tried.user.email)};
    row.user_id = tried.user.id;
    row.organization_id = tried.named;
    row.ip_address = tried.facts.client_address;
    row.method = tried.method;
    row.attempted_at = tried.facts.now;
    return row;
}

LedgerEntry failure_entry(FactorTry const& tried, Event event, Outcome outcome, int status)
{
    auto entry = ledger_entry(tried.facts, event, outcome, status);
    entry.organization_id = tried.user.organization_id;
    entry.user_id = tried.user.id;
    if (tried.session)
        entry.actor_id = tried.user.id;
    entry.session_id = tried.session;
    entry.email = CanonicalAddress(tried.user.email).text();
    entry.details["method"] = std::string(to_text(tried.method));
    if (tried.step_up)
        entry.details["purpose"] = *tried.step_up;
    return entry;
}

} // namespace

std::optional<FactorProof>
judge(Services& services, FactorTry const& tried, SecondFactor const& factor, JudgeOfSteps steps)
{
    auto const& key = services.key_encryption_key;
    auto const& user = tried.user.id;
    if (tried.method == AttemptMethod::backup_code) {
        auto left = without_backup_code(key, user, factor.backup_codes, tried.code);
        if (!left)
            return std::nullopt;
        return CodesToKeep{factor.backup_column, std::move(*left)};
    }
    if (!factor.secret)
        return std::nullopt;
    auto const secret = open_totp_secret(key, user, *factor.secret);
    auto const step = steps(secret, tried.code, tried.facts.now.seconds(), factor.last_step);
    if (!step)
        return std::nullopt;
    return StepToClaim{*factor.secret, *step};
}

Async<void> refuse_closed_factor(Services& services, UnitOfWork& work, FactorTry const& tried)
{
    auto const window
        = co_await work.attempts().failures_of(tried.user.id, tried.method, tried.facts.now);
    auto const state = closed(window, tried.facts.now);
    if (!services.settings.rate_limit || !state)
        co_return;
    auto refusal = refuse_closed(*state, tried.facts.surface);
    if (refusal.reason == Reason::account_locked) // 423 is said of passwords alone (api §1)
        refusal.reason = Reason::too_many_failures;
    co_await refuse_factor(work, tried, refusal);
}

Async<void> refuse_factor(UnitOfWork& work, FactorTry const& tried, Refusal refusal)
{
    auto row = attempt_row(tried);
    row.throttled = true;
    co_await work.attempts().record(row);
    co_await work.ledger().append(failure_entry(tried, Event::account_locked, Outcome::denied, 429)
    );
    co_await work.commit();
    throw refusal;
}

Async<void> refuse_wrong_factor(UnitOfWork& work, FactorTry const& tried)
{
    co_await work.attempts().record(attempt_row(tried));
    auto const event = tried.step_up ? Event::step_up_failed : Event::login_failure;
    auto entry = failure_entry(tried, event, Outcome::failure, 401);
    co_await work.ledger().append(std::move(entry));
    co_await work.commit();
    throw Refusal{.reason = Reason::two_factor_failed};
}

Async<bool> claim(Services& services, UnitOfWork& work, FactorTry const& tried, FactorProof proof)
{
    auto const& user = tried.user;
    auto const& key = services.key_encryption_key;
    if (auto* const left = std::get_if<CodesToKeep>(&proof))
        co_return co_await work.second_factors().replace_backup_codes(
            user.organization_id, user.id, std::move(left->column), std::move(left->codes)
        );
    auto& found = std::get<StepToClaim>(proof);
    auto sealed = found.stored;
    if (!crypto::is_sealed_text(sealed)) { // as an import left it: sealed at its first use
        auto const plain = open_totp_secret(key, user.id, found.stored);
        sealed = seal_totp_secret(key, services.random, user.id, plain);
    }
    co_return co_await work.second_factors().claim_step(
        user.organization_id, user.id, found.stored, std::move(sealed), found.step
    );
}

Async<void> clear_failures(UnitOfWork& work, FactorTry const& tried)
{
    co_await work.attempts().clear_of(tried.user.id, tried.method);
    auto row = attempt_row(tried);
    row.successful = true;
    co_await work.attempts().record(row);
}

} // namespace gatehouse::domain
