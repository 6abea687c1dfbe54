// Signing in, on both surfaces: with an address and a password, and with a second factor after it.
#include "features/login/endpoints.h"

#include "domain/opaque_token.h"
#include "features/login/attempt.h"
#include "features/login/messages.h"
#include "features/login/rehashing.h"
#include "features/login/second_step.h"
#include "http/place.h"
#include "http/request_facts.h"
#include "http/signed_in.h"
#include "http/step_up.h"

namespace gatehouse::login {
namespace {
using domain::AttemptMethod;
using domain::Candidate;
using domain::CanonicalAddress;
using domain::invalid_field;
using domain::OrganizationId;
using domain::Reason;
using domain::Refusal;
using domain::Services;
using domain::Surface;
using http::SignedIn;
using Answer = std::variant<SignedIn, SecondFactorWanted>;

constexpr std::string_view events = "LOGIN_SUCCESS LOGIN_FAILURE LOGIN_BLOCKED_UNVERIFIED "
                                    "LOGIN_BLOCKED_SUSPENDED ACCOUNT_LOCKED TWO_FACTOR_REQUIRED "
                                    "ANOMALY_SCORE_MEDIUM ANOMALY_SCORE_HIGH ANOMALY_CHECK_SKIPPED";
constexpr std::string_view second_step_events
    = "LOGIN_SUCCESS LOGIN_FAILURE LOGIN_BLOCKED_UNVERIFIED LOGIN_BLOCKED_SUSPENDED ACCOUNT_LOCKED "
      "ANOMALY_SCORE_HIGH ANOMALY_CHECK_SKIPPED";
constexpr int looks = 4; // how often a candidate may change under our hands before we give up

constexpr http::Route account_route{
    .method = http::Method::post,
    .path = "/api/v1/auth/login",
    .operation = "accountLogin",
    .summary = "Sign in with an address and a password",
    .tag = "account",
    .access = http::Access::anyone(),
    .audit = http::Audit::records(events),
    .limit = http::Limit::credential,
    .surface = Surface::account,
    .answers = "200 202 400 401 403 409 413 415 428 429 503",
};
constexpr http::Route organization_route{
    .method = http::Method::post,
    .path = "/api/auth/login",
    .operation = "organizationLogin",
    .summary = "Sign in with an address and a password",
    .tag = "authentication",
    .access = http::Access::anyone(),
    .audit = http::Audit::records(events),
    .limit = http::Limit::credential,
    .surface = Surface::organization,
    .answers = "200 202 400 401 403 409 413 415 423 428 429 503",
};
// The only one: its answer has the shape of the surface on which the sign-in began.
constexpr http::Route second_step_route{
    .method = http::Method::post,
    .path = "/api/auth/verify-2fa",
    .operation = "finishLogin",
    .summary = "Finish a sign-in with a code of an authenticator or a backup code",
    .tag = "authentication",
    .access = http::Access::anyone(),
    .audit = http::Audit::records(second_step_events),
    .limit = http::Limit::credential,
    .surface = Surface::organization,
    .answers = "200 400 401 403 413 415 429 503",
};

// What is stored with an attempt or a session comes from anybody: each member has its bound.
void require_bounded(LoginRequest const& request)
{
    struct Bound {
        char const* name;
        std::optional<std::string> const& value;
        std::size_t longest; // bytes
    };
    for (auto const& [name, value, longest] :
         {Bound{"deviceFingerprint", request.device_fingerprint, 128},
          Bound{"organizationId", request.organization_id, 256},
          Bound{"deviceId", request.device_id, 256},
          Bound{"deviceName", request.device_name, 256},
          Bound{"country", request.country, 256},
          Bound{"city", request.city, 256}})
        if (value && value->size() > longest)
            throw invalid_field(name, "is longer than " + std::to_string(longest) + " bytes");
}

Try understood(http::Context& context, LoginRequest const& request)
{
    if (trimmed(request.email).empty())
        throw invalid_field("email", "is required");
    if (request.password.empty())
        throw invalid_field("password", "is required");
    require_bounded(request);
    Try attempt{.facts = http::facts_of(context), .address = CanonicalAddress(request.email)};
    if (request.organization_id && !request.organization_id->empty())
        attempt.named = OrganizationId(*request.organization_id);
    attempt.device
        = {.fingerprint = request.device_fingerprint,
           .id = request.device_id,
           .name = request.device_name,
           .country = request.country,
           .city = request.city};
    http::put_place(context, attempt.device);
    attempt.remember_me = request.remember_me.value_or(false);
    return attempt;
}

// One hash for each candidate, or one against the decoy: equal work for unknown addresses (D-33).
Async<std::vector<bool>>
compare(Services& services, SecretString const& password, std::vector<Candidate> const& meant)
{
    std::vector<crypto::StoredPassword> stored;
    for (auto const& candidate : meant)
        stored.push_back(candidate.user.password.value_or(services.passwords.decoy()));
    if (stored.empty())
        stored.push_back(services.passwords.decoy());
    auto matches
        = co_await services.passwords.matches_each(password.duplicate(), std::move(stored));
    matches.resize(meant.size()); // the decoy's answer is nobody's
    for (std::size_t at = 0; at < meant.size(); ++at)
        if (!meant[at].user.password)
            matches[at] = false;
    co_return matches;
}

Async<Answer> log_in(http::Context& context, LoginRequest request)
{
    auto& services = context.services;
    auto const attempt = understood(context, request);
    for (int look = 0; look < looks; ++look) {
        Checked checked;
        checked.known = co_await look_up(services, attempt);
        if (!checked.known.closed)
            checked.matches = co_await compare(services, request.password, checked.known.meant);
        co_await look_back(services, attempt, checked);
        auto conclusion = co_await conclude(services, attempt, std::move(checked));
        if (auto* opened = std::get_if<Opened>(&conclusion)) {
            rehash_if_outdated(services, opened->user, std::move(request.password));
            co_return http::welcome(
                context, context.surface, opened->user, std::move(opened->tokens)
            );
        }
        if (auto const* unusual = std::get_if<Unusual>(&conclusion)) {
            rehash_if_outdated(services, unusual->user, std::move(request.password));
            http::refuse_unusual(unusual->offer, unusual->risk, unusual->user);
        }
        if (auto* awaited = std::get_if<Awaited>(&conclusion)) {
            rehash_if_outdated(services, awaited->user, std::move(request.password));
            context.status(202);
            co_return std::move(awaited->wanted);
        }
    }
    throw std::runtime_error("the candidates of a sign-in changed at every look");
}

bool is_absent(std::optional<SecretString> const& text)
{
    return !text || text->empty();
}

Async<SignedIn> take_second_step(http::Context& context, SecondStepRequest request)
{
    if (is_absent(request.temp_token)) // no credential at all (decisions D-62)
        throw Refusal{.reason = Reason::unauthorized};
    if (is_absent(request.code) == is_absent(request.backup_code))
        throw invalid_field("code", "or backupCode is required, one of the two");
    bool const with_backup_code = !is_absent(request.backup_code);
    SecondStep step{
        .facts = http::facts_of(context), .token = domain::digest_of(*request.temp_token)
    };
    step.method = with_backup_code ? AttemptMethod::backup_code : AttemptMethod::totp;
    step.code = std::move(with_backup_code ? *request.backup_code : *request.code);
    auto finished = co_await finish(context.services, std::move(step));
    auto& opened = finished.opened;
    co_return http::welcome(context, finished.surface, opened.user, std::move(opened.tokens));
}

} // namespace

std::vector<http::Endpoint> endpoints()
{
    return {
        http::endpoint(account_route, log_in),
        http::endpoint(organization_route, log_in),
        http::endpoint(second_step_route, take_second_step)
    };
}

} // namespace gatehouse::login
