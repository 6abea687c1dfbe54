// Saying whether a token is good: its signature, and the session behind it.
#include "features/token_validation/endpoints.h"

#include "domain/entering.h"
#include "domain/session_check.h"
#include "features/token_validation/messages.h"
#include "http/credentials.h"

#include <utility>
#include <variant>

namespace gatehouse::token_validation {
namespace {
using domain::check_token;
using domain::check_token_at_once;
using domain::CheckedToken;
using domain::invalid_field;
using domain::Refusal;
using domain::Settings;
using domain::Surface;
using domain::to_text;
using Answer = std::variant<Valid, ValidForAnother>;

constexpr http::Route validate_route{
    .method = http::Method::post,
    .path = "/api/v1/auth/validate",
    .operation = "validateToken",
    .summary = "Say whether a token is good, and whom it names",
    .tag = "account",
    .access = http::Access::anyone(),
    .audit = http::Audit::none("reads only; an application asks for every request of its own"),
    .limit = http::Limit::refused,
    .surface = Surface::account,
    .answers = "200 400 401 403 413 415 429 503",
};

// The session decides about email and role too: a token only remembers them (behaviours §6).
Payload payload_of(CheckedToken const& checked, Settings const& settings)
{
    auto const& claims = checked.claims();
    Payload payload;
    payload.iss = settings.public_url;
    payload.aud = claims.audience;
    payload.sub = claims.subject.text();
    payload.user_id = payload.sub;
    payload.email = checked.caller.user.email;
    payload.role = to_text(checked.caller.user.role);
    payload.organization_id = claims.organization_id.text();
    payload.sid = claims.session_id.text();
    payload.sv = claims.session_version;
    payload.jti = claims.token_id;
    payload.iat = claims.issued_at.seconds();
    payload.exp = claims.expires_at.seconds();
    return payload;
}

// Without the service key whoever asks is taken for the person; with it it is an application that
// asks for many. What it says of the person's address may only keep out.
void require_may_be_used(
    http::Context const& context, domain::Caller const& caller, ValidateRequest const& request
)
{
    if (!http::presents_service_key(context.request, context.services.settings.service_key_digest))
        domain::require_inside(*caller.rules, context.client_address);
    if (request.ip_address)
        domain::require_inside(*caller.rules, *request.ip_address);
    domain::require_enrolled(caller);
}

Answer answer_about(CheckedToken const& checked, Settings const& settings)
{
    auto payload = payload_of(checked, settings);
    LookedAt looked_at{.token = checked.token, .facts = checked.caller.facts};
    auto const& impersonation = checked.caller.session.impersonation;
    if (!impersonation)
        return Valid{.payload = payload, .looked_at = std::move(looked_at)};
    ActedPayload acted{payload, impersonation->by.text()};
    return ValidForAnother{.payload = acted, .looked_at = std::move(looked_at)};
}

Async<Answer> validate(http::Context& context, ValidateRequest request)
{
    if (!request.token || request.token->empty())
        http::refuse_with(invalid_field("token", "is required"), NotValid{});
    std::optional<Refusal> refused;
    try {
        auto checked = check_token_at_once(context.services, *request.token, context.now);
        if (!checked) {
            auto asked = co_await check_token(context.services, *request.token, context.now);
            checked.emplace(std::move(asked));
        }
        require_may_be_used(context, checked->caller, request);
        co_return answer_about(*checked, context.services.settings);
    } catch (Refusal const& refusal) {
        refused = refusal;
    }
    http::refuse_with(std::move(*refused), NotValid{});
}

} // namespace

std::vector<http::Endpoint> endpoints()
{
    return {http::endpoint(validate_route, validate)};
}

} // namespace gatehouse::token_validation
