// Is it alive, is it ready, and how does it fare: for balancers and operators.
#include "features/health/endpoints.h"

#include "core/metrics.h"
#include "features/health/messages.h"
#include "features/health/rules.h"

#include <algorithm>

namespace gatehouse::health {
namespace {

constexpr http::Route health_route{
    .method = http::Method::get,
    .path = "/health",
    .operation = "health",
    .summary = "Say that the process is alive; touches nothing",
    .tag = "operations",
    .access = http::Access::anyone(),
    .audit = http::Audit::none("reads nothing"),
    .limit = http::Limit::none,
    .for_operators_too = true,
    .answers = "200",
};
constexpr http::Route ready_route{
    .method = http::Method::get,
    .path = "/ready",
    .operation = "ready",
    .summary = "Say whether requests can be served; in detail for operators",
    .tag = "operations",
    .access = http::Access::anyone(),
    .audit = http::Audit::none("reads the state of the server alone"),
    .limit = http::Limit::anonymous,
    .for_operators_too = true,
    .answers = "200 400 429 503",
    .own_body = "503",
};
constexpr http::Route metrics_route{
    .method = http::Method::get,
    .path = "/metrics",
    .operation = "metrics",
    .summary = "The counters in Prometheus' text format",
    .tag = "operations",
    .access = http::Access::operators(),
    .audit = http::Audit::none("reads counters alone"),
    .limit = http::Limit::none,
    .answers = "200 404",
};

Async<Alive> say_alive(http::Context& context, http::Nothing)
{
    co_return Alive{"ok", "gatehouse", context.now};
}

using Readiness = std::variant<Ready, ReadyInDetail>;

Async<Readiness> say_ready(http::Context& context, ReadyRequest request)
{
    auto const controls = co_await context.services.controls();
    bool const ready = is_ready(controls);
    if (!ready) {
        context.status(503);
        context.header("Retry-After", "5");
    }
    std::string const status = ready ? "ready" : "unavailable";
    if (!request.verbose || !context.may_see_operations())
        co_return Ready{status};
    ReadyInDetail detail;
    detail.status = status;
    detail.database = context.services.storage.driver_name();
    std::ranges::transform(controls, std::back_inserter(detail.controls), view_of);
    co_return detail;
}

Async<http::Raw> show_metrics(http::Context&, http::Nothing)
{
    co_return http::Raw{"text/plain; version=0.0.4; charset=utf-8", metrics::exposition()};
}

} // namespace

std::vector<http::Endpoint> endpoints()
{
    return {
        http::endpoint(health_route, say_alive),
        http::endpoint(ready_route, say_ready),
        http::endpoint(metrics_route, show_metrics)
    };
}

} // namespace gatehouse::health
