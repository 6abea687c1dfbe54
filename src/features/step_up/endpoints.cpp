// Proving once more who one is: asking for a challenge, having its code mailed, giving the code.
#include "features/step_up/endpoints.h"

#include "domain/entering.h"
#include "domain/factor_secrets.h"
#include "domain/holding_account.h"
#include "domain/session_check.h"
#include "domain/success.h"
#include "features/step_up/finishing.h"
#include "features/step_up/messages.h"
#include "http/request_facts.h"
#include "http/signed_in.h"
#include "http/step_up.h"
#include "protocols/one_time_codes/totp.h"

#include <variant>

namespace gatehouse::step_up {
namespace {
using domain::Caller;
using domain::FactorTry;
using domain::HeldAccount;
using domain::hold_account;
using domain::invalid_field;
using domain::open_challenge;
using domain::Reason;
using domain::Refusal;
using domain::require_own;
using domain::StepUpChallenge;
using domain::StepUpId;
using domain::StepUpPurpose;
using domain::Success;
using domain::Surface;
using Answer = std::variant<Verified, http::SignedIn, http::Refreshed>;

constexpr http::Route ask_route{
    .method = http::Method::post,
    .path = "/api/security/stepup",
    .operation = "askForStepUp",
    .summary = "Ask for a challenge, to prove once more who one is",
    .tag = "security",
    .access = http::Access::session(),
    .audit = http::Audit::records("STEP_UP_REQUIRED"),
    .surface = Surface::organization,
    .answers = "201 400 401 403 413 415 429 503",
};
constexpr http::Route send_route{
    .method = http::Method::post,
    .path = "/api/security/stepup/send",
    .operation = "sendStepUpCode",
    .summary = "Have a fresh code mailed for a challenge",
    .tag = "security",
    .access = http::Access::credential_optional(),
    .audit = http::Audit::records("STEP_UP_REQUIRED"),
    .limit = http::Limit::credential,
    .surface = Surface::organization,
    .answers = "200 400 401 403 413 415 429 503",
};
constexpr http::Route verify_route{
    .method = http::Method::post,
    .path = "/api/security/stepup/verify",
    .operation = "verifyStepUp",
    .summary = "Give the code for a challenge",
    .tag = "security",
    .access = http::Access::credential_optional(),
    .audit = http::Audit::records("STEP_UP_VERIFIED STEP_UP_FAILED ACCOUNT_LOCKED LOGIN_SUCCESS "
                                  "LOGIN_BLOCKED_SUSPENDED LOGIN_BLOCKED_UNVERIFIED"),
    .limit = http::Limit::credential,
    .surface = Surface::organization,
    .answers = "200 400 401 403 413 415 429 503",
};

// Who gives no credential has only the challenge to go by. Who gives one is where it may be used
// from, as on every route that takes none but live ones (decisions/0019).
Async<Caller> caller_of(http::Context& context)
{
    auto const& presented = context.presented_token();
    if (!presented)
        throw Refusal{.reason = Reason::unauthorized};
    if (presented->empty())
        throw Refusal{.reason = Reason::invalid_token};
    auto caller = co_await domain::check_session(context.services, *presented, context.now);
    if (caller.rules->perimeter.lets_in(context.client_address))
        co_return caller;
    context.admit(std::move(caller)); // known: the refusal leaves its row
    throw domain::kept_outside();
}

// Whose challenge it is. Who brings a credential is told first if it opens nothing; who brings
// none, whether there is such a challenge at all.
Async<Caller> caller_for(http::Context& context, StepUpId const& id)
{
    if (!context.presented_token()) {
        auto work = co_await context.services.storage.read();
        co_await open_challenge(*work, id, context.now);
    }
    co_return co_await caller_of(context);
}

Async<StepUpChallenge>
own_challenge(HeldAccount const& held, Caller const& caller, StepUpId const& id)
{
    auto challenge = co_await open_challenge(*held.work, id, held.now);
    require_own(challenge, caller);
    co_return challenge;
}

// A sign-in or a refresh: no credential belongs to it, and one that comes along says nothing.
Async<bool> is_waited_for(http::Context& context, StepUpId const& id)
{
    auto work = co_await context.services.storage.read();
    auto const challenge = co_await work->step_up_challenges().find(id);
    co_return challenge&& waits_for_step_up(*challenge);
}

StepUpId id_in(std::string const& text)
{
    if (text.empty())
        throw invalid_field("challengeId", "is required");
    return StepUpId(text);
}

Async<http::StepUpDemand> ask(http::Context& context, AskRequest request)
{
    auto const purpose = domain::parse_purpose(request.purpose);
    if (!purpose)
        throw invalid_field("purpose", "is none of those that there are");
    if (*purpose == StepUpPurpose::security_verification)
        throw invalid_field("purpose", "security_verification is asked for by sign-ins alone");
    auto const facts = http::facts_of(context);
    auto const offer = co_await domain::ask_for_step_up(
        context.services, facts, context.caller(), *purpose, 201
    );
    context.status(201);
    co_return http::demand_of(offer, *purpose);
}

Async<void> send_within_session(http::Context& context, StepUpId id)
{
    auto const caller = co_await caller_for(context, id);
    auto& services = context.services;
    auto const held = co_await hold_account(services, caller);
    auto const challenge = co_await own_challenge(held, caller, id);
    auto facts = http::facts_of(context);
    facts.now = held.now;
    co_await domain::send_code_again(services, *held.work, facts, challenge, held.user);
    co_await held.work->commit();
    services.mail_waits();
}

Given given_by(http::Context const& context, StepUpId id, std::optional<std::string> device)
{
    if (device && device->empty())
        device.reset();
    Given given{.facts = http::facts_of(context), .challenge = std::move(id)};
    given.device = std::move(device);
    return given;
}

Async<Success> send(http::Context& context, SendRequest request)
{
    auto const id = id_in(request.challenge_id);
    bool const is_waiting = co_await is_waited_for(context, id);
    auto given = given_by(context, id, std::move(request.device_fingerprint));
    if (is_waiting)
        co_await send_to_waiting(context.services, std::move(given));
    else
        co_await send_within_session(context, id);
    Success answer;
    answer.message = "A code was sent.";
    co_return answer;
}

GivenCode code_in(VerifyRequest& request)
{
    bool const has_code = request.code && !request.code->empty();
    bool const has_backup_code = request.backup_code && !request.backup_code->empty();
    if (has_code == has_backup_code)
        throw invalid_field("code", "or backupCode is required, one of the two");
    if (has_backup_code)
        return {std::move(*request.backup_code), true};
    bool const is_backup_code = !domain::is_six_digits(*request.code);
    return {std::move(*request.code), is_backup_code};
}

Async<Verified> verify_within_session(http::Context& context, StepUpId id, GivenCode code)
{
    auto const caller = co_await caller_for(context, id);
    auto& services = context.services;
    auto const held = co_await hold_account(services, caller);
    auto const challenge = co_await own_challenge(held, caller, id);
    FactorTry tried{.facts = http::facts_of(context), .user = held.user};
    tried.facts.now = held.now;
    tried.method = method_for(challenge, code);
    tried.code = std::move(code.text);
    tried.session = challenge.session_id;
    tried.step_up = std::string(to_text(challenge.purpose));
    auto proof = co_await domain::judge_step_up(
        services, *held.work, challenge, tried, one_time_codes::accepted_step
    );
    co_await domain::settle_step_up(services, *held.work, challenge, tried, std::move(proof));
    co_await held.work->commit();
    Verified answer;
    answer.message = "The code is right.";
    answer.purpose = *tried.step_up;
    answer.expires_in
        = std::chrono::duration_cast<std::chrono::seconds>(domain::step_up_counts_for).count();
    co_return answer;
}

// The body of the sign-in or the refresh itself.
Async<Answer> verify_waiting(http::Context& context, Given given)
{
    auto finished = co_await finish(context.services, std::move(given));
    if (auto* login = std::get_if<FinishedLogin>(&finished))
        co_return http::welcome(context, login->surface, login->user, std::move(login->tokens));
    auto& refresh = std::get<FinishedRefresh>(finished);
    co_return http::renewed(
        context,
        refresh.surface,
        refresh.session,
        std::move(refresh.minted),
        std::move(refresh.refresh_token)
    );
}

Async<Answer> verify(http::Context& context, VerifyRequest request)
{
    auto const id = id_in(request.challenge_id);
    auto given = given_by(context, id, std::move(request.device_fingerprint));
    given.code = code_in(request);
    bool const is_waiting = co_await is_waited_for(context, id);
    if (is_waiting)
        co_return co_await verify_waiting(context, std::move(given));
    auto verified = co_await verify_within_session(context, id, std::move(given.code));
    co_return Answer(std::move(verified));
}

} // namespace

std::vector<http::Endpoint> endpoints()
{
    return {
        http::endpoint(ask_route, ask),
        http::endpoint(send_route, send),
        http::endpoint(verify_route, verify)
    };
}

} // namespace gatehouse::step_up
