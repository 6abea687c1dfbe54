// The answers that the pipeline gives itself: refusals, faults, failures, methods, cross-origin.
#include "core/log.h"
#include "core/metrics.h"
#include "http/pipeline.h"

namespace gatehouse::http {

using domain::because;
using domain::Reason;
using domain::Refusal;

void Pipeline::no_endpoint(Exchange& exchange, Router::Match const& match)
{
    if (auto const too_many = charge(Limit::anonymous, exchange))
        return answer_refusal(exchange, *too_many);
    bool const asks_for_methods
        = exchange.method_is_known && exchange.request.method == Method::options;
    if (asks_for_methods && (match.path_is_known || exchange.request.path == "*")) {
        exchange.response.clear();
        exchange.response.status = 204;
        if (match.path_is_known)
            exchange.response.set_header("Allow", match.allow);
        return;
    }
    if (!match.path_is_known)
        return answer_refusal(exchange, because(Reason::not_found));
    answer_refusal(exchange, because(Reason::method_not_allowed));
    exchange.response.set_header("Allow", match.allow);
}

void Pipeline::after_refusal(Exchange& exchange, Route const& route)
{
    if (exchange.response.status >= 500)
        return;
    if (auto const too_many = charge(route.limit, exchange))
        answer_refusal(exchange, *too_many);
}

void Pipeline::answer_refusal(Exchange& exchange, Refusal const& refusal, std::string_view members)
{
    metrics::count("gatehouse_http_refusals_total", {{"code", code_of(refusal.reason)}});
    write_problem(exchange.response, refusal, exchange.request_id, members);
}

void Pipeline::answer_malformed(Exchange& exchange, Fault const& fault)
{
    exchange.client_address = proxies_.client_of(exchange.request);
    if (auto const too_many = charge(Limit::anonymous, exchange))
        return answer_refusal(exchange, *too_many);
    answer_fault(exchange, fault);
}

void Pipeline::answer_fault(Exchange& exchange, Fault const& fault)
{
    metrics::count("gatehouse_http_refusals_total", {{"code", fault.code}});
    write_fault(exchange.response, fault, exchange.request_id);
}

void Pipeline::answer_failure(Exchange& exchange, std::string_view kind, std::string_view cause)
{
    log::Line(log::Level::error, "http.failed")
        .with("kind", kind)
        .with("cause", cause)
        .with("route", exchange.route)
        .with("requestId", exchange.request_id);
    metrics::count("gatehouse_http_failures_total", {{"kind", kind}});
    if (kind == "internal") {
        write_internal(exchange.response, exchange.request_id);
        return;
    }
    auto refusal = because(Reason::service_unavailable);
    refusal.retry_after_seconds = 1;
    if (kind == "outcome_unknown")
        refusal.message = "It is not known whether this was done. Look before you repeat it.";
    answer_refusal(exchange, refusal);
}

// The head is out and says 200: that the body is broken off is all that the client can be told.
void Pipeline::report_broken_stream(Exchange const& exchange, std::string_view cause)
{
    log::Line(log::Level::error, "http.stream_broken")
        .with("cause", cause)
        .with("route", exchange.route)
        .with("requestId", exchange.request_id);
    metrics::count("gatehouse_http_streams_broken_total", {{"route", exchange.route}});
}

void Pipeline::add_cross_origin_headers(Exchange& exchange) const
{
    auto const origin = exchange.request.header("origin");
    if (!origin || !origins_.may_read_answers(*origin))
        return;
    auto& response = exchange.response;
    response.set_header("Access-Control-Allow-Origin", *origin); // one of the configured ones
    response.set_header("Access-Control-Allow-Credentials", "true");
    response.add_header("Vary", "Origin");
    if (exchange.request.method == Method::options) {
        response.set_header("Access-Control-Allow-Methods", "GET, POST, PUT, PATCH, DELETE");
        response.set_header(
            "Access-Control-Allow-Headers", "authorization, content-type, x-csrf-token"
        );
        response.set_header("Access-Control-Max-Age", "600");
    }
}

} // namespace gatehouse::http
