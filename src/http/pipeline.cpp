// One request from its head to its answer, in the order of spec/permissions §3.
#include "http/pipeline.h"

#include "core/log.h"
#include "core/metrics.h"
#include "core/outcome_unknown.h"
#include "core/overloaded.h"
#include "core/text.h"
#include "domain/session_check.h"
#include "http/credentials.h"

#include <stdexcept>

namespace gatehouse::http {

using domain::Reason;
using domain::Refusal;

namespace {
Refusal because(Reason reason)
{
    return Refusal{.reason = reason};
}

bool is_json(std::optional<std::string_view> content_type)
{
    if (!content_type)
        return false;
    auto const semicolon = content_type->find(';');
    if (ascii_lower(trimmed(content_type->substr(0, semicolon))) != "application/json")
        return false;
    if (semicolon == std::string_view::npos)
        return true;
    auto const parameter = ascii_lower(trimmed(content_type->substr(semicolon + 1)));
    return parameter.empty() || parameter == "charset=utf-8" || parameter == "charset=\"utf-8\"";
}

// What can be said about the body before any of it is read.
std::optional<Refusal> judge_body(Exchange const& exchange, std::size_t limit)
{
    auto const& request = exchange.request;
    if (request.header("content-encoding"))
        return because(Reason::unsupported_media_type);
    if (!exchange.has_body)
        return std::nullopt;
    if (exchange.declared_length > limit)
        return because(Reason::payload_too_large);
    if (!is_safe(request.method) && !is_json(request.header("content-type")))
        return because(Reason::unsupported_media_type);
    return std::nullopt;
}

bool counts_before_anything(Route const& route)
{
    auto const kind = route.access.kind();
    if (kind != Access::Kind::anyone)
        return false;
    return route.limit != Limit::none && route.limit != Limit::refused;
}
} // namespace

Pipeline::Pipeline(
    PipelineSettings const& settings, std::vector<Endpoint> endpoints, domain::Services& services
)
    : router_(std::move(endpoints))
    , services_(services)
    , origins_(services.settings.public_url, services.settings.allowed_origins)
    , proxies_(settings.trusted_proxies)
    , ceilings_(settings.ceilings)
    , body_limit_(settings.body_limit)
{
}

Async<void> Pipeline::answer(Exchange& exchange)
{
    exchange.client_address = proxies_.client_of(exchange.request);
    ++in_flight_;
    try {
        co_await steps(exchange);
    } catch (Refusal const& refusal) {
        answer_refusal(exchange, refusal);
    } catch (DetailedRefusal const& detailed) {
        answer_refusal(exchange, detailed.refusal, detailed.members);
    } catch (Fault const& fault) {
        answer_fault(exchange, fault);
    } catch (Disconnected const&) {
        exchange.answered = false;
        metrics::count("gatehouse_http_disconnects_total");
    } catch (Overloaded const& overloaded) {
        log::Line(log::Level::warning, "http.overloaded")
            .with("cause", overloaded.what())
            .with("requestId", exchange.request_id);
        metrics::count("gatehouse_http_failures_total", {{"kind", "overloaded"}});
        Refusal refusal = because(Reason::service_unavailable);
        refusal.retry_after_seconds = overloaded.retry_after_seconds();
        answer_refusal(exchange, refusal);
    } catch (OutcomeUnknown const& unknown) {
        answer_failure(exchange, "outcome_unknown", unknown.what());
    } catch (std::logic_error const& mistake) {
        answer_failure(exchange, "internal", mistake.what());
    } catch (std::exception const& broken) {
        answer_failure(exchange, "unavailable", broken.what());
    } catch (...) {
        answer_failure(exchange, "internal", "something that is no std::exception was thrown");
    }
    --in_flight_;
    add_cross_origin_headers(exchange);
}

Async<void> Pipeline::steps(Exchange& exchange)
{
    auto const& request = exchange.request;
    auto match = router_.find(request.method, exchange.method_is_known, request.path);
    if (!match.endpoint) {
        no_endpoint(exchange, match);
        co_return;
    }
    auto const& endpoint = *match.endpoint;
    auto const& route = endpoint.route;
    if (!is_reachable(exchange, route.access.kind())) {
        no_endpoint(exchange, {});
        co_return;
    }
    exchange.route = route.path;
    if (auto const refused = limits(exchange, route)) {
        answer_refusal(exchange, *refused);
        co_return;
    }
    Context context(
        request,
        services_,
        exchange.now,
        exchange.request_id,
        exchange.client_address,
        route.surface,
        origins_,
        exchange.response
    );
    context.set_parameters(std::move(match.parameters));
    Refused refused = who_without_asking(exchange, route, context);
    if (!refused && route.access.kind() == Access::Kind::session)
        refused = co_await live_session(exchange, route, context);
    if (!refused)
        refused = judge_body(exchange, body_limit_);
    if (refused) {
        answer_refusal(exchange, *refused);
        co_return;
    }
    if (exchange.has_body)
        co_await exchange.body.read_body(body_limit_);
    if (route.limit == Limit::refused)
        co_await handle_and_count_refusals(exchange, endpoint, context);
    else
        co_await endpoint.handle(context);
}

Async<void>
Pipeline::handle_and_count_refusals(Exchange& exchange, Endpoint const& endpoint, Context& context)
{
    try {
        co_await endpoint.handle(context);
    } catch (Refusal const& refusal) {
        answer_refusal(exchange, refusal);
        after_refusal(exchange, endpoint.route);
    } catch (DetailedRefusal const& detailed) {
        answer_refusal(exchange, detailed.refusal, detailed.members);
        after_refusal(exchange, endpoint.route);
    }
}

// Existence is not told to those who may not even know: 404, as for an unknown path (D-103).
bool Pipeline::is_reachable(Exchange const& exchange, Access::Kind kind) const
{
    auto const environment = services_.settings.environment;
    bool const production = environment == domain::Environment::production;
    switch (kind) {
    case Access::Kind::anyone:
    case Access::Kind::credential_optional:
    case Access::Kind::session:
        return true;
    case Access::Kind::operators:
        return !production || exchange.request.on_operator_listener;
    case Access::Kind::testing:
        return environment == domain::Environment::test;
    case Access::Kind::capture:
        return !production && is_loopback(exchange.client_address);
    }
    return false;
}

Pipeline::Refused Pipeline::charge(Limit limit, Exchange const& exchange)
{
    if (!services_.settings.rate_limit || limit == Limit::none)
        return std::nullopt;
    auto const wait = ceilings_.charge(limit, exchange.client_address, exchange.now);
    if (!wait)
        return std::nullopt;
    auto refusal = because(Reason::rate_limited);
    refusal.retry_after_seconds = *wait;
    return refusal;
}

Pipeline::Refused Pipeline::limits(Exchange const& exchange, Route const& route)
{
    if (counts_before_anything(route))
        return charge(route.limit, exchange);
    return std::nullopt;
}

// What the request alone tells; a session is looked up afterwards.
Pipeline::Refused
Pipeline::who_without_asking(Exchange const& exchange, Route const& route, Context& context)
{
    if (refuses_foreign_origin(route) && origins_.is_foreign(exchange.request))
        return because(Reason::cross_site);
    if (route.access.kind() == Access::Kind::credential_optional)
        return present_optional(exchange, route, context);
    return std::nullopt;
}

Async<Pipeline::Refused>
Pipeline::live_session(Exchange& exchange, Route const& route, Context& context)
{
    auto presented = presented_by(exchange.request);
    Refused refused;
    if (presented.kind == Presented::Kind::nothing)
        refused = because(Reason::unauthorized);
    else if (presented.kind == Presented::Kind::unusable)
        refused = because(Reason::invalid_token);
    if (!refused) {
        try {
            auto caller = co_await domain::check_session(services_, presented.token, exchange.now);
            context.admit(std::move(caller));
        } catch (Refusal const& refusal) {
            refused = refusal;
        }
    }
    if (refused) { // only those without a live session are counted (D-98)
        auto const too_many = charge(Limit::anonymous, exchange);
        co_return too_many ? too_many : refused;
    }
    bool const needs_proof = presented.kind == Presented::Kind::cookie && !is_safe(route.method);
    if (needs_proof && !origins_.proves_same_site(exchange.request))
        co_return because(Reason::cross_site);
    co_return std::nullopt;
}

// Counted unless a token of ours is presented: whose session it names is for the handler to ask.
Pipeline::Refused
Pipeline::present_optional(Exchange const& exchange, Route const& route, Context& context)
{
    auto presented = presented_by(exchange.request);
    bool const is_ours = !presented.token.empty()
        && services_.tokens.verify_without_expiry_check(presented.token).has_value();
    if (!is_ours)
        if (auto too_many = charge(route.limit, exchange))
            return too_many;
    bool const needs_proof = presented.kind == Presented::Kind::cookie && !is_safe(route.method);
    if (needs_proof && !origins_.proves_same_site(exchange.request))
        return because(Reason::cross_site);
    if (presented.kind != Presented::Kind::nothing)
        context.present(std::move(presented.token)); // empty where it was unusable
    return std::nullopt;
}

} // namespace gatehouse::http
