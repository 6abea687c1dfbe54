// Signing in with an address and a password, on both surfaces: the first factor.
#include "features/login/endpoints.h"

#include "core/log.h"
#include "features/login/attempt.h"
#include "features/login/messages.h"
#include "http/request_facts.h"

namespace gatehouse::login {
namespace {
using domain::access_token_life;
using domain::Candidate;
using domain::CanonicalAddress;
using domain::invalid_field;
using domain::OrganizationId;
using domain::Services;
using domain::session_absolute_life;
using domain::Surface;
using domain::User;
using Answer = std::variant<SignedIn, SecondFactorWanted>;

constexpr std::string_view events = "LOGIN_SUCCESS LOGIN_FAILURE LOGIN_BLOCKED_UNVERIFIED "
                                    "LOGIN_BLOCKED_SUSPENDED ACCOUNT_LOCKED TWO_FACTOR_REQUIRED";
constexpr auto refresh_life
    = std::chrono::duration_cast<std::chrono::seconds>(session_absolute_life);
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
    .answers = "200 202 400 401 403 409 413 415 429 503",
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
    .answers = "200 202 400 401 403 409 413 415 423 429 503",
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

// Replaces a foreign or outdated hash after the answer is out, so that timing stays equal (D-33).
Async<void> rehash(Services& services, User user, SecretString password)
{
    auto const old = user.password.value_or(crypto::StoredPassword());
    auto fresh = co_await services.passwords.hash(std::move(password));
    auto work = co_await services.storage.begin();
    co_await work->users().upgrade_password(
        user.organization_id, user.id, old.hash, std::move(fresh)
    );
    co_await work->commit();
}

SignedIn welcome(http::Context& context, Opened opened)
{
    auto const life = std::chrono::duration_cast<std::chrono::seconds>(opened.tokens.token_life);
    context.set_cookie(http::session_cookie(opened.tokens.token, life));
    if (context.surface == Surface::account)
        context.set_cookie(http::refresh_cookie(opened.tokens.refresh_token, refresh_life));
    SignedIn answer;
    if (context.surface == Surface::account)
        answer.user = account_view_of(opened.user);
    else
        answer.user = member_view_of(opened.user);
    answer.access_token = std::move(opened.tokens.access_token);
    answer.refresh_token = std::move(opened.tokens.refresh_token);
    answer.token = std::move(opened.tokens.token);
    answer.expires_in = std::chrono::duration_cast<std::chrono::seconds>(access_token_life).count();
    answer.token_type = "Bearer";
    answer.session_id = std::move(opened.tokens.session_id);
    return answer;
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
        auto conclusion = co_await conclude(services, attempt, std::move(checked));
        if (auto* opened = std::get_if<Opened>(&conclusion)) {
            if (crypto::is_outdated(*opened->user.password, services.passwords.policy()))
                services.afterwards(
                    "rehash", rehash(services, opened->user, std::move(request.password))
                );
            co_return welcome(context, std::move(*opened));
        }
        if (auto* wanted = std::get_if<SecondFactorWanted>(&conclusion)) {
            context.status(202);
            co_return std::move(*wanted);
        }
    }
    throw std::runtime_error("the candidates of a sign-in changed at every look");
}

} // namespace

std::vector<http::Endpoint> endpoints()
{
    return {http::endpoint(account_route, log_in), http::endpoint(organization_route, log_in)};
}

} // namespace gatehouse::login
