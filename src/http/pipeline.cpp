// One request from its head to its answer, in the order of spec/permissions §3.
#include "http/pipeline.h"

#include "core/log.h"
#include "core/metrics.h"
#include "core/outcome_unknown.h"
#include "core/overloaded.h"
#include "core/text.h"
#include "domain/access.h"
#include "http/multipart.h"
#include "http/request_facts.h"

#include <stdexcept>

namespace gatehouse::http {

using domain::because;
using domain::Reason;
using domain::Refusal;

namespace {

bool is_json(std::optional<std::string_view> content_type)
{
    if (!content_type)
        return false;
    auto const semicolon = content_type->find(';');
    if (!is_but_for_case(trimmed(content_type->substr(0, semicolon)), "application/json"))
        return false;
    if (semicolon == std::string_view::npos)
        return true;
    auto const parameter = ascii_lower(trimmed(content_type->substr(semicolon + 1)));
    return parameter.empty() || parameter == "charset=utf-8" || parameter == "charset=\"utf-8\"";
}

constexpr Duration body_may_take = 250ms; // before the session is looked at once more

bool has_right_type(Request const& request, Body body)
{
    auto const type = request.header("content-type");
    return body.is_multipart() ? is_multipart_form(type) : is_json(type);
}

// What can be said about the body before any of it is read.
std::optional<Refusal> judge_body(Exchange const& exchange, Body body, std::size_t limit)
{
    auto const& request = exchange.request;
    if (request.header("content-encoding"))
        return because(Reason::unsupported_media_type);
    if (!exchange.has_body)
        return std::nullopt;
    if (exchange.declared_length > limit)
        return because(Reason::payload_too_large);
    if (!is_safe(request.method) && !has_right_type(request, body))
        return because(Reason::unsupported_media_type);
    return std::nullopt;
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
    for (auto const& endpoint : router_.endpoints())
        if (endpoint.route.access.kind() == Access::Kind::session_or_provisioner && !endpoint.gate)
            throw std::logic_error(
                "a route without a gate: " + std::string(endpoint.route.operation)
            );
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

Async<Piece> Pipeline::next_piece(Exchange& exchange, std::string& into)
{
    auto piece = Piece::broken;
    ++in_flight_;
    try {
        bool const more = co_await exchange.response.stream->next(into);
        piece = more ? Piece::more : Piece::last;
    } catch (Refusal const& refusal) { // too late to be said
        report_broken_stream(exchange, code_of(refusal.reason));
    } catch (std::exception const& broken) {
        report_broken_stream(exchange, broken.what());
    } catch (...) {
        report_broken_stream(exchange, "something that is no std::exception was thrown");
    }
    --in_flight_;
    co_return piece;
}

// The endpoint, if there is one for this caller; otherwise the answer says so already.
Endpoint const* Pipeline::endpoint_for(Exchange& exchange, Router::Match const& match)
{
    if (!match.endpoint) {
        no_endpoint(exchange, match);
        return nullptr;
    }
    auto const& route = match.endpoint->route;
    if (!is_reachable(exchange, route)) {
        no_endpoint(exchange, {});
        return nullptr;
    }
    exchange.route = route.path;
    if (auto const refused = limits(exchange, route)) {
        answer_refusal(exchange, *refused);
        return nullptr;
    }
    return match.endpoint;
}

Async<void> Pipeline::steps(Exchange& exchange)
{
    auto const& request = exchange.request;
    auto match = router_.find(request.method, exchange.method_is_known, request.path);
    auto const* const endpoint = endpoint_for(exchange, match);
    if (!endpoint)
        co_return;
    auto const& route = endpoint->route;
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
    if (proxies_.sent(request))
        context.say_proxy_sent_it();
    auto const limit = route.body.is_multipart() ? route.body.wire_limit() : body_limit_;
    std::optional<DetailedRefusal> refused;
    try {
        if (refuses_foreign_origin(route) && origins_.is_foreign(request))
            throw because(Reason::cross_site);
        if (route.access.kind() == Access::Kind::credential_optional) {
            auto unheard = co_await present_optional(exchange, route, context);
            if (unheard)
                throw std::move(*unheard);
        }
        bool const asks = needs_session(exchange, route, context);
        if (asks || endpoint->gate)
            co_await admit(exchange, *endpoint, context, asks);
        if (auto early = judge_body(exchange, route.body, limit))
            throw std::move(*early);
        if (exchange.has_body && !exchange.body.take_body(limit)) {
            co_await exchange.body.read_body(limit);
            co_await look_again_after(exchange, *endpoint, context);
        }
        co_await endpoint->handle(context);
        if (context.is_anonymous())
            if (auto too_many = charge(route.limit, exchange))
                throw std::move(*too_many);
    } catch (Refusal const& refusal) {
        refused.emplace(refusal, std::string());
    } catch (DetailedRefusal const& detailed) {
        refused.emplace(detailed);
    }
    if (refused)
        co_await refuse(exchange, context, route, *refused);
}

// Who, where and what, as far as the database must be asked for it.
Async<void>
Pipeline::admit(Exchange& exchange, Endpoint const& endpoint, Context& context, bool for_session)
{
    if (for_session) {
        Refused refused = co_await live_session(exchange, endpoint.route, context);
        if (refused)
            throw std::move(*refused);
    }
    if (endpoint.gate)
        co_await endpoint.gate(context);
}

// The client decides how long its body takes. What was true before it may not be true any more: a
// session may have ended, and a try counts when it is made, not when it was announced.
Async<void>
Pipeline::look_again_after(Exchange& exchange, Endpoint const& endpoint, Context& context)
{
    auto const now = services_.clock.now();
    if (now - exchange.now < body_may_take)
        co_return;
    exchange.now = now;
    context.now = now;
    if (context.has_caller())
        co_await admit(exchange, endpoint, context, true);
}

// Every 403 to a known caller leaves a row before it is answered (I-12).
Async<void> Pipeline::refuse(
    Exchange& exchange, Context const& context, Route const& route, DetailedRefusal const& why
)
{
    if (context.has_caller() && status_of(why.refusal.reason) == 403)
        co_await domain::record_denial(
            services_, facts_of(context), context.caller(), why.refusal, route.path, route.denied_as
        );
    answer_refusal(exchange, why.refusal, why.members);
    for (auto const& [name, value] : why.headers)
        exchange.response.add_header(name, value);
    if (counts_refusals(route))
        after_refusal(exchange, route);
}

// Existence is not told to those who may not even know: 404, as for an unknown path (D-103).
bool Pipeline::is_reachable(Exchange const& exchange, Route const& route) const
{
    auto const kind = route.access.kind();
    if (exchange.request.on_operator_listener && kind != Access::Kind::operators)
        return route.for_operators_too;
    auto const environment = services_.settings.environment;
    bool const production = environment == domain::Environment::production;
    switch (kind) {
    case Access::Kind::anyone:
    case Access::Kind::credential_optional:
    case Access::Kind::session:
    case Access::Kind::session_or_provisioner:
    case Access::Kind::session_or_service:
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

} // namespace gatehouse::http
