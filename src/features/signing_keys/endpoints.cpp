// The public keys as a JSON Web Key Set (RFC 7517 5), under two paths.
#include "features/signing_keys/endpoints.h"

#include "features/signing_keys/rules.h"

namespace gatehouse::signing_keys {
namespace {

constexpr http::Route route_at(std::string_view path, std::string_view operation)
{
    return {
        .method = http::Method::get,
        .path = path,
        .operation = operation,
        .summary = "The public keys that verify our tokens",
        .tag = "keys",
        .access = http::Access::anyone(),
        .audit = http::Audit::none("public"),
        .limit = http::Limit::none,
        .surface = http::Surface::account,
        .answers = "200 503",
    };
}
constexpr auto account_route = route_at("/api/v1/auth/jwks", "accountKeySet");
constexpr auto well_known_route = route_at("/.well-known/jwks.json", "keySet");

Async<http::RawJson> key_set(http::Context& context, http::Nothing)
{
    auto keys = co_await context.services.tokens.key_set();
    auto const seconds = std::chrono::duration_cast<std::chrono::seconds>(key_set_max_age).count();
    context.header("Cache-Control", "public, max-age=" + std::to_string(seconds));
    co_return http::RawJson{std::move(keys)};
}

} // namespace

std::vector<http::Endpoint> endpoints()
{
    return {http::endpoint(account_route, key_set), http::endpoint(well_known_route, key_set)};
}

} // namespace gatehouse::signing_keys
