// Finishing under the lock on the address, as signing in does.
#include "features/step_up/finishing.h"

#include "domain/attempts.h"
#include "domain/concluding_login.h"
#include "domain/directory.h"
#include "domain/entering.h"
#include "domain/factor_secrets.h"
#include "domain/opaque_token.h"
#include "domain/organizations.h"
#include "domain/pending_login.h"
#include "domain/session_check.h"
#include "protocols/one_time_codes/totp.h"

#include <stdexcept>

namespace gatehouse::step_up {
namespace {
using domain::Attempt;
using domain::AttemptMethod;
using domain::CanonicalAddress;
using domain::FactorTry;
using domain::fingerprint_of;
using domain::open_challenge;
using domain::PendingLogin;
using domain::Refusal;
using domain::refuse_challenge;
using domain::RiskRecord;
using domain::Services;
using domain::SessionFacts;
using domain::StepUpChallenge;
using domain::StepUpMethod;
using domain::StepUpPurpose;
using domain::Surface;
using domain::UnitOfWork;
using domain::User;

constexpr int looks = 4; // how often the address may change while its lock is waited for

std::optional<std::string> text_of(json::Value const& object, char const* name)
{
    auto const* const member = object.find(name);
    auto const* const text = member ? member->text() : nullptr;
    return text ? std::optional(*text) : std::nullopt;
}

// A client that named its device names it again, or is known by its user agent as it was then.
void require_same_device(
    StepUpChallenge const& challenge, json::Value const& context, Given const& given
)
{
    auto const expected = given.device ? challenge.device_fingerprint : text_of(context, "agent");
    if (!expected || *expected != fingerprint_of(given.device, given.facts))
        refuse_challenge();
}

json::Value context_of(StepUpChallenge const& challenge)
{
    auto parsed = json::parse(challenge.context.value_or("{}"));
    if (!parsed)
        refuse_challenge();
    return std::move(*parsed);
}

// What waits, as it is under the lock on the address.
struct Waiting {
    std::unique_ptr<UnitOfWork> work;
    StepUpChallenge challenge;
    json::Value context;
    User user;
    Instant now;
};

Async<User> person_of(UnitOfWork& work, StepUpChallenge const& challenge)
{
    auto found = co_await work.users().find(challenge.organization_id, challenge.user_id);
    if (!found || found->deleted_at)
        refuse_challenge();
    co_return std::move(*found);
}

Async<CanonicalAddress> address_behind(Services& services, Given const& given)
{
    auto work = co_await services.storage.read();
    auto const challenge = co_await open_challenge(*work, given.challenge, given.facts.now);
    auto const user = co_await person_of(*work, challenge);
    co_return CanonicalAddress(user.email);
}

Async<Waiting> hold(Services& services, Given const& given)
{
    for (int look = 0; look < looks; ++look) {
        auto const address = co_await address_behind(services, given);
        Waiting held;
        held.work = co_await services.storage.begin();
        co_await held.work->attempts().lock(address);
        held.now = services.clock.now();
        held.challenge = co_await open_challenge(*held.work, given.challenge, held.now);
        held.context = context_of(held.challenge);
        require_same_device(held.challenge, held.context, given);
        bool const there = co_await held.work->organizations().hold(held.challenge.organization_id);
        if (!there)
            refuse_challenge();
        held.user = co_await person_of(*held.work, held.challenge);
        if (CanonicalAddress(held.user.email) == address)
            co_return held;
    }
    throw std::runtime_error("a sign-in changed at every look");
}

FactorTry try_of(Waiting const& held, Given& given)
{
    FactorTry tried{.facts = given.facts, .user = held.user};
    tried.facts.now = held.now;
    tried.method = method_for(held.challenge, given.code);
    tried.code = std::move(given.code.text);
    tried.session = held.challenge.session_id;
    tried.step_up = std::string(to_text(held.challenge.purpose));
    return tried;
}

RiskRecord risk_of(json::Value const& context)
{
    auto const* const kept = context.find("risk");
    auto risk = kept ? domain::parse_risk(*kept) : std::nullopt;
    if (!risk)
        refuse_challenge();
    return std::move(*risk);
}

// The sign-in began under conditions that still hold: the same password, no session ended
// meanwhile.
PendingLogin still_pending(Services& services, json::Value const& begun, User const& user)
{
    auto pending = domain::parse_pending(begun);
    bool const holds = pending && pending->session_version == user.session_version
        && pending->password_state == domain::password_state(services.key_encryption_key, user);
    if (!holds)
        refuse_challenge();
    return std::move(*pending);
}

Attempt success_of(FactorTry const& tried, Instant now)
{
    Attempt row{.address = CanonicalAddress(tried.user.email)};
    row.user_id = tried.user.id;
    row.organization_id = tried.named;
    row.ip_address = tried.facts.client_address;
    row.successful = true;
    row.attempted_at = now;
    return row;
}

Async<FinishedLogin>
finish_login(Services& services, Waiting held, Given given, json::Value const& begun)
{
    auto& work = *held.work;
    auto pending = still_pending(services, begun, held.user);
    auto risk = risk_of(held.context);
    auto tried = try_of(held, given);
    tried.facts.surface = pending.surface;
    tried.named = pending.named;
    co_await domain::require_may_sign_in(work, tried.facts, held.user);
    auto proof = co_await domain::judge_step_up(
        services, work, held.challenge, tried, one_time_codes::accepted_step
    );
    std::string const method(to_text(proof.method));
    std::vector<std::string> methods{"password", method};
    auto tokens = co_await domain::open_session(
        services,
        work,
        tried.facts,
        held.user,
        std::move(pending.device),
        std::move(methods),
        pending.remember_me,
        session_risk_of(risk)
    );
    co_await domain::settle_step_up(services, work, held.challenge, tried, std::move(proof));
    domain::LoginEnd end{.facts = tried.facts, .user = held.user};
    end.session = tokens.session;
    end.from_new_device = tokens.from_new_device;
    end.risk = std::move(risk);
    end.method = method;
    co_await domain::record_login(services, work, std::move(end));
    co_await work.attempts().record(success_of(tried, held.now));
    co_await work.commit();
    domain::told_of_login(services, tokens.from_new_device);
    co_return FinishedLogin{std::move(held.user), std::move(tokens), pending.surface};
}

Async<SessionFacts> live_session(UnitOfWork& work, StepUpChallenge const& challenge, Instant now)
{
    auto facts = co_await work.directory().session(*challenge.session_id);
    if (!facts)
        refuse_challenge();
    if (auto const why = domain::why_not_live(*facts, now))
        throw Refusal{.reason = *why};
    co_return std::move(*facts);
}

// The token that the 428 handed out, while it still refreshes.
Async<SecretString>
waiting_token(Services& services, UnitOfWork& work, Waiting const& held, json::Value const& begun)
{
    auto const sealed = text_of(begun, "token");
    if (!sealed)
        refuse_challenge();
    auto token
        = domain::open_waiting_token(services.key_encryption_key, held.challenge.id, *sealed);
    auto const stored = co_await work.directory().refresh_token(domain::digest_of(token));
    bool const is_live = stored && !stored->is_revoked && !stored->revoked_at
        && stored->expires_at > held.now && stored->session_id == held.challenge.session_id;
    if (!is_live)
        refuse_challenge();
    co_return token;
}

Async<FinishedRefresh>
finish_refresh(Services& services, Waiting held, Given given, json::Value const& begun)
{
    auto& work = *held.work;
    auto facts = co_await live_session(work, held.challenge, held.now);
    auto token = co_await waiting_token(services, work, held, begun);
    auto tried = try_of(held, given);
    co_await domain::require_may_enter(work, tried.facts, facts.user, *facts.rules);
    auto proof = co_await domain::judge_step_up(
        services, work, held.challenge, tried, one_time_codes::accepted_step
    );
    // Who has proven to be there is there: the next refresh from this place is no journey.
    co_await work.sessions().note_place(
        facts.session.organization_id,
        facts.session.id,
        text_of(begun, "country"),
        text_of(begun, "city")
    );
    co_await domain::settle_step_up(services, work, held.challenge, tried, std::move(proof));
    auto minted = co_await mint_tokens(services, work, facts.session, facts.user, held.now);
    co_await work.commit();
    auto const surface
        = text_of(begun, "surface") == "account" ? Surface::account : Surface::organization;
    co_return FinishedRefresh{
        std::move(facts.session), std::move(minted), std::move(token), surface
    };
}

} // namespace

AttemptMethod method_for(StepUpChallenge const& challenge, GivenCode const& code)
{
    if (challenge.method == StepUpMethod::email_otp)
        return AttemptMethod::step_up;
    return code.is_backup_code ? AttemptMethod::backup_code : AttemptMethod::totp;
}

bool waits_for_step_up(StepUpChallenge const& challenge)
{
    return challenge.purpose == StepUpPurpose::security_verification;
}

Async<Finished> finish(Services& services, Given given)
{
    auto held = co_await hold(services, given);
    auto const context = held.context;
    if (auto const* const begun = context.find("login")) {
        auto finished = co_await finish_login(services, std::move(held), std::move(given), *begun);
        co_return Finished(std::move(finished));
    }
    auto const* const refresh = context.find("refresh");
    if (!refresh || !held.challenge.session_id)
        refuse_challenge();
    auto finished = co_await finish_refresh(services, std::move(held), std::move(given), *refresh);
    co_return Finished(std::move(finished));
}

Async<void> send_to_waiting(Services& services, Given given)
{
    auto held = co_await hold(services, given);
    auto facts = given.facts;
    facts.now = held.now;
    co_await domain::send_code_again(services, *held.work, facts, held.challenge, held.user);
    co_await held.work->commit();
    services.mail_waits();
}

} // namespace gatehouse::step_up
