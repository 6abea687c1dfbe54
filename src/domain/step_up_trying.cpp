// A code for a challenge.
#include "crypto/digest.h"
#include "domain/factor_secrets.h"
#include "domain/ledger.h"
#include "domain/step_up.h"

#include <algorithm>

namespace gatehouse::domain {
namespace {

StepUpMethod method_of(FactorTry const& tried)
{
    switch (tried.method) {
    case AttemptMethod::totp:
        return StepUpMethod::totp;
    case AttemptMethod::backup_code:
        return StepUpMethod::backup_code;
    case AttemptMethod::step_up:
    case AttemptMethod::password:
        break;
    }
    return StepUpMethod::email_otp;
}

// Of the address that the person has now: a code that went to another one opens nothing.
bool is_the_mailed_code(
    Services& services, StepUpChallenge const& challenge, FactorTry const& tried
)
{
    auto const context = json::parse(challenge.context.value_or("{}"));
    auto const* const stated = context ? context->find("address") : nullptr;
    auto const* const sent_to = stated ? stated->text() : nullptr;
    auto const& key = services.key_encryption_key;
    if (!sent_to || *sent_to != address_state(key, tried.user) || !challenge.code_hash)
        return false;
    return crypto::equal_in_constant_time(
        mailed_code_digest(key, challenge.id, tried.code), *challenge.code_hash
    );
}

Async<void> refuse_worn(UnitOfWork& work, StepUpChallenge const& challenge, FactorTry const& tried)
{
    Refusal refusal{.reason = Reason::rate_limited};
    refusal.message = "Too many wrong codes. Ask for a new challenge.";
    auto const left = (challenge.expires_at - tried.facts.now).count();
    refusal.retry_after_seconds = std::max(1L, static_cast<long>((left + 999) / 1000));
    co_await refuse_factor(work, tried, refusal);
}

Async<void> refuse_wrong(UnitOfWork& work, StepUpChallenge const& challenge, FactorTry const& tried)
{
    co_await work.step_up_challenges().count_attempt(challenge.organization_id, challenge.id);
    co_await refuse_wrong_factor(work, tried);
}

} // namespace

void refuse_challenge(Reason reason)
{
    throw Refusal{.reason = reason, .message = "Ask for a new challenge."};
}

Async<StepUpChallenge> open_challenge(UnitOfWork& work, StepUpId id, Instant now)
{
    auto found = co_await work.step_up_challenges().find(std::move(id));
    if (!found || found->satisfied_at)
        refuse_challenge();
    if (found->expires_at <= now)
        refuse_challenge(Reason::link_expired);
    co_return std::move(*found);
}

void require_own(StepUpChallenge const& challenge, Caller const& caller)
{
    bool const is_own = challenge.organization_id == caller.organization_id()
        && challenge.user_id == caller.user_id() && challenge.session_id == caller.session_id();
    if (!is_own)
        refuse_challenge();
}

Async<StepUpProof> judge_step_up(
    Services& services,
    UnitOfWork& work,
    StepUpChallenge const& challenge,
    FactorTry const& tried,
    JudgeOfSteps steps
)
{
    auto const& user = tried.user;
    // A factor that was switched on or off meanwhile: what is awaited is not what is needed.
    bool const awaits_mail = challenge.method == StepUpMethod::email_otp;
    if (awaits_mail == user.two_factor_enabled)
        refuse_challenge();
    co_await refuse_closed_factor(services, work, tried);
    if (services.settings.rate_limit && challenge.attempts >= most_step_up_tries)
        co_await refuse_worn(work, challenge, tried);
    StepUpProof proof;
    proof.method = method_of(tried);
    if (awaits_mail) {
        if (!is_the_mailed_code(services, challenge, tried))
            co_await refuse_wrong(work, challenge, tried);
        co_return proof;
    }
    auto const factor = co_await work.second_factors().find(user.organization_id, user.id);
    if (!factor)
        refuse_challenge();
    proof.factor = judge(services, tried, *factor, steps);
    if (!proof.factor)
        co_await refuse_wrong(work, challenge, tried);
    co_return proof;
}

Async<void> settle_step_up(
    Services& services,
    UnitOfWork& work,
    StepUpChallenge const& challenge,
    FactorTry const& tried,
    StepUpProof proof
)
{
    if (proof.factor) {
        bool const claimed = co_await claim(services, work, tried, std::move(*proof.factor));
        if (!claimed) // written by SQL in this very moment; the lock keeps everybody else out
            throw Refusal{.reason = Reason::two_factor_failed};
    }
    bool const satisfied = co_await work.step_up_challenges().satisfy(
        challenge.organization_id, challenge.id, proof.method, tried.facts.now
    );
    if (!satisfied)
        refuse_challenge();
    co_await clear_failures(work, tried);
    auto entry
        = ledger_entry(tried.facts, Event::step_up_verified, Outcome::success, 200, tried.user);
    entry.session_id = challenge.session_id;
    entry.resource = "step_up_challenge";
    entry.resource_id = challenge.id.text();
    entry.details["purpose"] = std::string(to_text(challenge.purpose));
    entry.details["method"] = std::string(to_text(proof.method));
    co_await work.ledger().append(std::move(entry));
}

} // namespace gatehouse::domain
