// Prolonging a session with a refresh token, which is used up by it.
#include "features/refresh/endpoints.h"

#include "features/refresh/messages.h"
#include "features/refresh/rotation.h"
#include "http/place.h"
#include "http/request_facts.h"
#include "http/signed_in.h"
#include "http/step_up.h"

namespace gatehouse::refresh {
namespace {
using domain::invalid_field;
using domain::Surface;

constexpr http::Route account_route{
    .method = http::Method::post,
    .path = "/api/v1/auth/refresh",
    .operation = "accountRefresh",
    .summary = "Exchange a refresh token for fresh tokens; each can be used once",
    .tag = "account",
    .access = http::Access::anyone(),
    .audit = http::Audit::records("TOKEN_ROTATED REFRESH_TOKEN_REUSE_DETECTED "
                                  "ANOMALY_SCORE_MEDIUM ANOMALY_SCORE_HIGH ANOMALY_CHECK_SKIPPED"),
    .limit = http::Limit::credential_refused,
    .surface = Surface::account,
    .answers = "200 400 401 403 413 415 428 429 503",
};

constexpr http::Route organization_route{
    .method = http::Method::post,
    .path = "/api/auth/refresh",
    .operation = "refresh",
    .summary = "Exchange a refresh token for fresh tokens; each can be used once",
    .tag = "authentication",
    .access = http::Access::anyone(),
    .audit = http::Audit::records("TOKEN_ROTATED REFRESH_TOKEN_REUSE_DETECTED "
                                  "ANOMALY_SCORE_MEDIUM ANOMALY_SCORE_HIGH ANOMALY_CHECK_SKIPPED"),
    .limit = http::Limit::credential_refused,
    .surface = Surface::organization,
    .answers = "200 400 401 403 413 415 428 429 503",
};

// What the client says of itself comes from anybody: each member has its bound.
void require_bounded(RefreshRequest const& request)
{
    struct Bound {
        char const* name;
        std::optional<std::string> const& value;
        std::size_t longest; // bytes
    };
    for (auto const& [name, value, longest] :
         {Bound{"deviceFingerprint", request.device_fingerprint, 128}, // api §7
          Bound{"country", request.country, 256},
          Bound{"city", request.city, 256}})
        if (value && value->size() > longest)
            throw invalid_field(name, "is longer than " + std::to_string(longest) + " bytes");
}

SecretString presented_token(http::Context const& context, RefreshRequest& request)
{
    if (request.refresh_token && !request.refresh_token->empty())
        return std::move(*request.refresh_token);
    if (auto token = context.cookie_credential(http::refresh_cookie_name))
        return std::move(*token);
    throw invalid_field("refreshToken", "is required");
}

Async<http::Refreshed> refresh_session(http::Context& context, RefreshRequest request)
{
    require_bounded(request);
    auto presented = presented_token(context, request);
    domain::Device device;
    device.fingerprint = std::move(request.device_fingerprint);
    device.country = std::move(request.country);
    device.city = std::move(request.city);
    http::put_place(context, device);
    auto const facts = http::facts_of(context);
    auto ended = co_await rotate(context.services, facts, std::move(presented), std::move(device));
    if (auto* unusual = std::get_if<Unusual>(&ended))
        http::refuse_unusual(
            context,
            unusual->offer,
            unusual->risk,
            unusual->whose,
            std::move(unusual->refresh_token)
        );
    auto& rotated = std::get<Rotated>(ended);
    co_return http::renewed(
        context,
        context.surface,
        rotated.session,
        std::move(rotated.minted),
        std::move(rotated.refresh_token)
    );
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
