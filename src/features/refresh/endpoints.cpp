// Prolonging a session with a refresh token, which is used up by it.
#include "features/refresh/endpoints.h"

#include "domain/opaque_token.h"
#include "features/refresh/messages.h"
#include "features/refresh/rotation.h"
#include "http/request_facts.h"

namespace gatehouse::refresh {
namespace {
using domain::access_token_life;
using domain::invalid_field;
using domain::Surface;

constexpr http::Route account_route{
    .method = http::Method::post,
    .path = "/api/v1/auth/refresh",
    .operation = "accountRefresh",
    .summary = "Exchange a refresh token for fresh tokens; each can be used once",
    .tag = "account",
    .access = http::Access::anyone(),
    .audit = http::Audit::records("TOKEN_ROTATED REFRESH_TOKEN_REUSE_DETECTED"),
    .limit = http::Limit::credential_refused,
    .surface = Surface::account,
    .answers = "200 400 401 403 413 415 429 503",
};

constexpr http::Route organization_route{
    .method = http::Method::post,
    .path = "/api/auth/refresh",
    .operation = "refresh",
    .summary = "Exchange a refresh token for fresh tokens; each can be used once",
    .tag = "authentication",
    .access = http::Access::anyone(),
    .audit = http::Audit::records("TOKEN_ROTATED REFRESH_TOKEN_REUSE_DETECTED"),
    .limit = http::Limit::credential_refused,
    .surface = Surface::organization,
    .answers = "200 400 401 403 413 415 429 503",
};

constexpr std::size_t longest_fingerprint = 128; // bytes (api §7)

SecretString presented_token(http::Context const& context, RefreshRequest& request)
{
    if (request.refresh_token && !request.refresh_token->empty())
        return std::move(*request.refresh_token);
    if (auto token = context.cookie_credential(http::refresh_cookie_name))
        return std::move(*token);
    throw invalid_field("refreshToken", "is required");
}

Async<Refreshed> refresh_session(http::Context& context, RefreshRequest request)
{
    if (request.device_fingerprint && request.device_fingerprint->size() > longest_fingerprint)
        throw invalid_field("deviceFingerprint", "is longer than 128 bytes");
    auto presented = presented_token(context, request);
    auto rotated = co_await rotate(
        context.services,
        http::facts_of(context),
        std::move(presented),
        std::move(request.device_fingerprint)
    );
    auto const life = std::chrono::duration_cast<std::chrono::seconds>(rotated.minted.token_life);
    context.set_cookie(http::session_cookie(rotated.minted.token, life));
    Refreshed answer;
    if (context.surface == Surface::account) {
        auto const left = rotated.session.absolute_expires_at - context.now;
        context.set_cookie(http::refresh_cookie(
            rotated.refresh_token, std::chrono::duration_cast<std::chrono::seconds>(left)
        ));
    }
    answer.access_token = std::move(rotated.minted.access_token);
    answer.refresh_token = std::move(rotated.refresh_token);
    answer.token = std::move(rotated.minted.token);
    answer.expires_in = std::chrono::duration_cast<std::chrono::seconds>(access_token_life).count();
    answer.token_type = "Bearer";
    answer.session_id = rotated.session.id.text();
    co_return answer;
}

} // namespace

std::vector<http::Endpoint> endpoints()
{
    return {
        http::endpoint(account_route, refresh_session),
        http::endpoint(organization_route, refresh_session)
    };
}

} // namespace gatehouse::refresh
