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
    Payload payload;
    payload.iss = settings.public_url;
    payload.aud = checked.claims.audience;
    payload.sub = checked.claims.subject.text();
    payload.user_id = payload.sub;
    payload.email = checked.caller.user.email;
    payload.role = to_text(checked.caller.user.role);
    payload.organization_id = checked.claims.organization_id.text();
    payload.sid = checked.claims.session_id.text();
    payload.sv = checked.claims.session_version;
    payload.jti = checked.claims.token_id;
    payload.iat = checked.claims.issued_at.seconds();
    payload.exp = checked.claims.expires_at.seconds();
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

Async<Answer> validate(http::Context& context, ValidateRequest request)
{
    auto const token = request.token.value_or("");
    if (token.empty())
        http::refuse_with(invalid_field("token", "is required"), NotValid{});
    std::optional<Refusal> refused;
    try {
        auto const checked = co_await check_token(context.services, token, context.now);
        require_may_be_used(context, checked.caller, request);
        auto payload = payload_of(checked, context.services.settings);
        auto const& impersonation = checked.caller.session.impersonation;
        if (!impersonation)
            co_return Valid{.payload = std::move(payload)};
        ActedPayload acted{std::move(payload)};
        acted.impersonator_id = impersonation->by.text();
        co_return ValidForAnother{.payload = std::move(acted)};
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
