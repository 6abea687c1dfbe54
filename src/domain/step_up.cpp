// Asking for a step-up.
#include "domain/step_up.h"

#include "core/uuid.h"
#include "domain/access.h"
#include "domain/factor_secrets.h"
#include "domain/ledger.h"
#include "domain/mail.h"
#include "domain/mail_requests.h"

namespace gatehouse::domain {
namespace {

Async<void> mail_code(
    Services& services,
    UnitOfWork& work,
    User const& user,
    SecretString code,
    std::int64_t cause,
    Instant now
)
{
    CodeMail const mail{
        .recipient = user.email,
        .recipient_name = user.name.value_or(""),
        .code = std::move(code),
        .at = now
    };
    MailToQueue queued{
        .organization_id = user.organization_id,
        .recipient = user.email,
        .payload = services.code_mail(mail),
        .dedupe_key = {},
        .ledger_id = cause
    };
    co_await queue_mail(services, work, std::move(queued), now);
}

MailCeiling ceiling_of(Services const& services)
{
    return {.purpose = "code", .most = services.settings.code_mails_per_hour, .within = 1h};
}

LedgerEntry entry_about(
    RequestFacts const& facts,
    Event event,
    Outcome outcome,
    int status,
    User const& user,
    StepUpId const& id,
    StepUpPurpose purpose
)
{
    auto entry = ledger_entry(facts, event, outcome, status, user);
    entry.resource = "step_up_challenge";
    entry.resource_id = id.text();
    entry.details["purpose"] = std::string(to_text(purpose));
    return entry;
}

} // namespace

std::vector<std::string> methods_of(StepUpMethod awaited)
{
    if (awaited == StepUpMethod::email_otp)
        return {std::string(to_text(awaited))};
    return {
        std::string(to_text(StepUpMethod::totp)), std::string(to_text(StepUpMethod::backup_code))
    };
}

Async<bool>
step_up_is_satisfied(Services& services, Caller const& caller, StepUpPurpose purpose, Instant now)
{
    auto work = co_await services.storage.read();
    co_return co_await work->step_up_challenges().is_satisfied(
        caller.organization_id(),
        caller.user_id(),
        caller.session_id(),
        purpose,
        now - step_up_counts_for
    );
}

Async<StepUpOffer> offer_step_up(
    Services& services,
    UnitOfWork& work,
    RequestFacts const& facts,
    StepUpWanted wanted,
    std::int64_t cause
)
{
    auto const& user = wanted.user;
    StepUpChallenge challenge;
    challenge.id = wanted.id;
    challenge.organization_id = user.organization_id;
    challenge.user_id = user.id;
    challenge.session_id = wanted.session;
    challenge.purpose = wanted.purpose;
    challenge.method = user.two_factor_enabled ? StepUpMethod::totp : StepUpMethod::email_otp;
    challenge.device_fingerprint = std::move(wanted.device_fingerprint);
    challenge.created_at = facts.now;
    challenge.expires_at = facts.now + step_up_life;
    StepUpOffer offer;
    offer.challenge = challenge.id;
    offer.methods = methods_of(challenge.method);
    if (challenge.method == StepUpMethod::email_otp) {
        wanted.context.push_back(
            {"address", json::Value(address_state(services.key_encryption_key, user))}
        );
        // Past the ceiling the challenge stands all the same, without a code: it can be sent later.
        offer.code_sent
            = co_await mail_is_allowed(services, work, ceiling_of(services), user.id, facts.now);
    }
    challenge.context = json::canonical(json::Value(std::move(wanted.context)));
    auto code = mint_mailed_code(services.random);
    if (offer.code_sent)
        challenge.code_hash = mailed_code_digest(services.key_encryption_key, challenge.id, code);
    co_await work.step_up_challenges().insert(std::move(challenge));
    if (offer.code_sent)
        co_await mail_code(services, work, user, std::move(code), cause, facts.now);
    co_return offer;
}

namespace {

// A code mailed to an address that came with this very session proves that session alone, and who
// stole it could have moved the address first. A new sign-in takes the password.
Async<void> require_proving_address(UnitOfWork& work, User const& user, SessionId session)
{
    if (user.two_factor_enabled)
        co_return;
    bool const is_new = co_await work.step_up_challenges().address_changed_during(
        user.organization_id, user.id, std::move(session)
    );
    if (is_new)
        throw Refusal{
            .reason = Reason::forbidden,
            .message = "Your address changed after you signed in. Sign in again first."
        };
}

} // namespace

Async<StepUpOffer> ask_for_step_up(
    Services& services,
    RequestFacts const& facts,
    Caller const& caller,
    StepUpPurpose purpose,
    int status
)
{
    auto work = co_await services.storage.begin();
    co_await hold_own_organization(*work, caller);
    StepUpWanted wanted;
    wanted.id = StepUpId(mint_uuid(facts.now, services.random));
    wanted.user = co_await caller_as_stored(*work, caller, facts.now);
    co_await require_proving_address(*work, wanted.user, caller.session_id());
    wanted.session = caller.session_id();
    wanted.purpose = purpose;
    auto const outcome = status == 428 ? Outcome::denied : Outcome::success;
    auto entry = entry_about(
        facts, Event::step_up_required, outcome, status, wanted.user, wanted.id, purpose
    );
    entry.session_id = caller.session_id();
    auto const row = co_await work->ledger().append(std::move(entry));
    auto offer = co_await offer_step_up(services, *work, facts, std::move(wanted), row);
    co_await work->commit();
    services.mail_waits();
    co_return offer;
}

Async<void> record_step_up_bypass(
    Services& services, RequestFacts const& facts, Caller const& caller, StepUpPurpose purpose
)
{
    auto entry = ledger_entry(facts, Event::step_up_bypassed, Outcome::skipped, 200, caller.user);
    entry.status.reset(); // what will be answered is not known yet
    entry.session_id = caller.session_id();
    entry.details["purpose"] = std::string(to_text(purpose));
    auto work = co_await services.storage.begin();
    co_await work->ledger().append(std::move(entry));
    co_await work->commit();
}

Async<void> send_code_again(
    Services& services,
    UnitOfWork& work,
    RequestFacts const& facts,
    StepUpChallenge const& challenge,
    User user
)
{
    if (challenge.method != StepUpMethod::email_otp || user.two_factor_enabled)
        throw Refusal{
            .reason = Reason::validation,
            .error = "challengeId awaits no mailed code",
            .message = "Give a code of the authenticator, or a backup code."
        };
    if (challenge.session_id)
        co_await require_proving_address(work, user, *challenge.session_id);
    co_await count_mail_request(services, work, ceiling_of(services), user.id, facts.now);
    auto code = mint_mailed_code(services.random);
    auto digest = mailed_code_digest(services.key_encryption_key, challenge.id, code);
    co_await work.step_up_challenges().replace_code(
        challenge.organization_id, challenge.id, std::move(digest)
    );
    auto entry = entry_about(
        facts, Event::step_up_required, Outcome::success, 200, user, challenge.id, challenge.purpose
    );
    entry.session_id = challenge.session_id;
    entry.details["sentAgain"] = true;
    auto const row = co_await work.ledger().append(std::move(entry));
    co_await mail_code(services, work, user, std::move(code), row, facts.now);
}

} // namespace gatehouse::domain
