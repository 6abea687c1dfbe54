// The routes about evidence: who and where, permission, step-up, and only then what was asked.
#include "features/compliance/endpoints.h"

#include "domain/access.h"
#include "domain/step_up.h"
#include "features/compliance/bundle.h"
#include "features/compliance/file_answer.h"
#include "features/compliance/messages.h"
#include "features/compliance/sources.h"
#include "features/compliance/summary.h"
#include "http/step_up.h"

#include <array>
#include <string>
#include <utility>

namespace gatehouse::compliance {
namespace {
using domain::Event;
using domain::Permission;
using domain::StepUpPurpose;
using http::Context;

constexpr std::string_view recorded
    = "DATA_EXPORT_STARTED DATA_EXPORT_COMPLETED DATA_EXPORT_FAILED DATA_EXPORT_DENIED";

consteval http::Route route(
    http::Method method,
    char const* path,
    char const* operation,
    char const* summary,
    http::Audit audit = http::Audit::records(recorded)
)
{
    bool const reads = method == http::Method::get;
    return {
        .method = method,
        .path = path,
        .operation = operation,
        .summary = summary,
        .tag = "compliance",
        .access = http::Access::session(),
        .audit = audit,
        .surface = http::Surface::organization,
        .answers = reads ? "200 400 401 403 428 429 503" : "200 400 401 403 413 415 428 429 503",
        .denied_as = Event::data_export_denied,
    };
}

constexpr auto get = http::Method::get;
constexpr auto post = http::Method::post;
constexpr http::Route bundle_route = route(
    post,
    "/api/compliance/export/bundle",
    "exportEvidenceBundle",
    "The evidence of a period as a ZIP archive, streamed and never cut"
);
constexpr http::Route summary_route = route(
    get,
    "/api/compliance/soc2/summary",
    "readComplianceSummary",
    "Count what the ledger holds of a period, by criterion and file",
    http::Audit::none("counts only")
);
constexpr http::Route controls_route = route(
    get,
    "/api/compliance/soc2/controls",
    "listControls",
    "List the controls and what their last self-check found",
    http::Audit::none("states only")
);

// One file of the bundle.
struct Criterion {
    http::Route route;
    std::string_view file;
};
constexpr std::array criteria{
    Criterion{
        route(
            get,
            "/api/compliance/cc6/access-logs",
            "listAccessLogs",
            "Who came in, who was refused, and whose account changed"
        ),
        "access_logs"
    },
    Criterion{
        route(
            get,
            "/api/compliance/cc6/role-changes",
            "listRoleChanges",
            "Changes of roles, permissions, assignments and suspensions"
        ),
        "role_changes"
    },
    Criterion{
        route(
            get,
            "/api/compliance/cc6/impersonation-events",
            "listImpersonationEvents",
            "Who acted in the place of whom"
        ),
        "impersonation_events"
    },
    Criterion{
        route(
            get,
            "/api/compliance/cc7/security-events",
            "listSecurityEvents",
            "Locks, step-ups, settings, exports and controls"
        ),
        "security_events"
    },
    Criterion{
        route(
            get,
            "/api/compliance/cc7/ip-rule-changes",
            "listIpRuleChanges",
            "Changes of the rules on addresses"
        ),
        "ip_rule_changes"
    },
    Criterion{
        route(
            get,
            "/api/compliance/cc7/session-invalidations",
            "listSessionInvalidations",
            "Sessions that were ended, and by what"
        ),
        "session_invalidations"
    },
    Criterion{
        route(
            get,
            "/api/compliance/cc8/security-incidents",
            "listSecurityIncidents",
            "What may have been an attack"
        ),
        "security_incidents"
    },
    Criterion{
        route(
            get,
            "/api/compliance/cc9/anomaly-decisions",
            "listAnomalyDecisions",
            "What was decided about the risk of sign-ins and refreshes"
        ),
        "anomaly_decisions"
    },
};

// A file of its own; asked for by GET and by POST.
struct Single {
    http::Route read;
    http::Route ask;
    Source (*source)();
};
consteval Single single(
    char const* path,
    char const* read_operation,
    char const* ask_operation,
    char const* summary,
    Source (*source)()
)
{
    return {
        route(get, path, read_operation, summary), route(post, path, ask_operation, summary), source
    };
}
constexpr std::array singles{
    single(
        "/api/compliance/export/audit-logs",
        "readAuditLogs",
        "exportAuditLogs",
        "Every row of the ledger",
        audit_log_source
    ),
    single(
        "/api/compliance/export/sessions",
        "readSessionEvidence",
        "exportSessionEvidence",
        "Sessions that began in the period",
        session_source
    ),
    single(
        "/api/compliance/export/login-history",
        "readLoginHistory",
        "exportLoginHistory",
        "Sign-ins, let in and refused",
        login_history_source
    ),
    single(
        "/api/compliance/export/security-events",
        "readSecurityEvents",
        "exportSecurityEvents",
        "Every event of CC7, CC8 and CC9",
        security_event_source
    ),
    single(
        "/api/compliance/export/refresh-tokens",
        "readRefreshTokenEvidence",
        "exportRefreshTokenEvidence",
        "Refresh tokens that were issued in the period, without the tokens",
        token_source
    ),
};

// Who 401, what 403, step-up 428: before anything else is judged.
Async<void> may_export(Context& context)
{
    domain::require_permission(context.actor(), Permission::settings_security_view);
    co_await http::require_step_up(context, StepUpPurpose::data_export);
}

Async<http::Streamed> bundle(Context& context, BundleRequest request)
{
    auto const wanted = wanted_by(request, context.now);
    co_return co_await bundle_answer(context, wanted);
}

Async<SummaryView> summary(Context& context, PeriodRequest request)
{
    auto const period = domain::period_of(request.from, request.to, context.now);
    auto const& organization = context.caller().organization_id();
    auto work = co_await context.services.storage.read();
    auto const tallies
        = co_await work->evidence().tally(scope_of(organization, period, context.now));
    auto view = summary_of(tallies);
    view.organization_id = organization.text();
    view.generated_at = context.now;
    view.period = view_of(period);
    context.no_store();
    co_return view;
}

Async<ControlsView> controls(Context& context, http::Nothing)
{
    auto const states = co_await context.services.controls();
    context.no_store();
    co_return controls_of(states, context.now);
}

http::Endpoint file_endpoint(http::Route const& route, Source source)
{
    std::string path(route.path);
    auto answer = [source = std::move(source),
                   path = std::move(path)](Context& context, FileRequest request) {
        return file_answer(context, source, wanted_by(request, context.now), path);
    };
    return http::endpoint(
        route, may_export, http::Handler<FileRequest, FileAnswer>(std::move(answer))
    );
}

} // namespace

std::vector<http::Endpoint> endpoints()
{
    std::vector<http::Endpoint> all{
        http::endpoint(bundle_route, may_export, bundle),
        http::endpoint(summary_route, may_export, summary),
        http::endpoint(controls_route, may_export, controls),
    };
    for (auto const& one : criteria)
        all.push_back(file_endpoint(one.route, bundle_source(one.file)));
    for (auto const& one : singles) {
        all.push_back(file_endpoint(one.read, one.source()));
        all.push_back(file_endpoint(one.ask, one.source()));
    }
    return all;
}

} // namespace gatehouse::compliance
