// Whether the controls hold, as they have found out themselves.
#include "features/control_health/endpoints.h"

#include "core/log.h"
#include "core/metrics.h"
#include "domain/access.h"
#include "features/control_health/rules.h"

#include <cstdint>
#include <exception>

namespace gatehouse::control_health {
namespace {

constexpr http::Route health_route{
    .method = http::Method::get,
    .path = "/api/compliance/controls/health",
    .operation = "showControlHealth",
    .summary = "Say which controls hold, since when one does not, and what that means",
    .tag = "compliance",
    .access = http::Access::session(),
    .audit = http::Audit::none("reads the state of the server alone"),
    .surface = domain::Surface::organization,
    .answers = "200 401 403 429 503",
};

Async<void> may_see(http::Context& context)
{
    domain::require_permission(context.actor(), domain::Permission::settings_security_view);
    co_return;
}

// The ledger may be what is broken.
Async<std::map<std::string, domain::ControlWord>> told_of(domain::Storage& storage)
{
    std::string failure;
    try {
        auto work = co_await storage.read();
        co_return co_await work->audit_log().controls_told();
    } catch (std::exception const& caught) {
        failure = caught.what();
    }
    log::Line(log::Level::error, "control_health.since_unknown").with("cause", failure);
    metrics::count("gatehouse_failed_open_total", {{"control", "control_health"}});
    co_return std::map<std::string, domain::ControlWord>();
}

// What the ledger does not say (yet): when this node noticed it.
void add_noticed(
    std::map<std::string, domain::ControlWord>& told,
    std::vector<domain::ControlState> const& states
)
{
    for (auto const& state : states) {
        auto const noticed
            = metrics::value("gatehouse_control_broken_since_seconds", {{"control", state.name}});
        auto& word = told[state.name];
        if (!state.works && word.works && noticed > 0)
            word
                = {.works = false, .at = Instant::from_seconds(static_cast<std::int64_t>(noticed))};
    }
}

Async<HealthView> show(http::Context& context, http::Nothing)
{
    auto const states = co_await context.services.controls();
    auto told = co_await told_of(context.services.storage);
    add_noticed(told, states);
    context.no_store();
    co_return view_of(states, told, context.services.clock.now());
}

} // namespace

std::vector<http::Endpoint> endpoints()
{
    return {http::endpoint(health_route, may_see, show)};
}

} // namespace gatehouse::control_health
