// Decisions on risk, for those who may see how an organization is kept safe.
#include "features/risk/endpoints.h"

#include "domain/access.h"
#include "features/risk/messages.h"
#include "features/risk/rules.h"
#include "http/paging.h"

#include <algorithm>
#include <variant>

namespace gatehouse::risk {
namespace {
using domain::DecisionFilter;
using domain::Permission;
using domain::require_permission;
using domain::RiskDecision;
using domain::Surface;
using Listed = std::variant<DecisionList, DecisionPage>;

constexpr std::string_view list_path = "/api/security/risk/decisions";
constexpr std::int64_t read_at_once = 500;
// Of a period of any length no more are counted, or replayed by one request.
constexpr std::int64_t most_counted = 10'000;
constexpr std::int64_t most_replayed = 50'000;

constexpr http::Route list_route{
    .method = http::Method::get,
    .path = list_path,
    .operation = "listRiskDecisions",
    .summary = "List what was decided about the risk of sign-ins and refreshes, and why",
    .tag = "security",
    .access = http::Access::session(),
    .audit = http::Audit::none("reads only"),
    .surface = Surface::organization,
    .answers = "200 400 401 403 429 503",
};
constexpr http::Route replay_route{
    .method = http::Method::post,
    .path = "/api/security/risk/replay",
    .operation = "replayRiskDecisions",
    .summary = "Ask what other thresholds would have decided",
    .tag = "security",
    .access = http::Access::session(),
    .audit = http::Audit::none("reads only"),
    .surface = Surface::organization,
    .answers = "200 400 401 403 413 415 429 503",
};

Async<void> may_see(http::Context& context)
{
    require_permission(context.actor(), Permission::settings_security_view);
    co_return;
}

DecisionList views_of(std::vector<RiskDecision> const& decisions)
{
    DecisionList views;
    views.reserve(decisions.size());
    for (auto const& decision : decisions)
        views.push_back(domain::risk_view_of(decision));
    return views;
}

Async<Listed> list(http::Context& context, DecisionsRequest request)
{
    auto const filter = filter_of(request, context.now);
    auto const paging = http::paging_of(request.page, request.limit);
    auto const& organization = context.caller().organization_id();
    auto work = co_await context.services.storage.read();
    auto const found
        = co_await work->risk_decisions().list(organization, filter, paging.limit, paging.offset);
    auto const counted
        = co_await work->risk_decisions().count(organization, filter, most_counted + 1);
    bool const is_cut = counted > most_counted;
    auto const total = std::min(counted, most_counted);
    auto const same = http::query_with(
        {{"from", request.from},
         {"to", request.to},
         {"userId", request.user_id},
         {"event", request.event}}
    );
    http::say_rest(context, paging, total, std::string(list_path), same);
    if (is_cut)
        context.header("X-Total-Is-At-Least", "true");
    context.no_store(); // personal rows
    if (!paging.is_paged)
        co_return views_of(found);
    DecisionPage page;
    page.data = views_of(found);
    page.total = total;
    page.page = paging.page;
    page.limit = paging.limit;
    page.pages = paging.pages_of(total);
    page.at_least = is_cut;
    co_return page;
}

// The connection is given back between two parts of the ledger.
Async<std::vector<RiskDecision>>
some_behind(http::Context& context, DecisionFilter filter, std::int64_t after)
{
    auto work = co_await context.services.storage.read();
    co_return co_await work->risk_decisions().walk(
        context.caller().organization_id(), std::move(filter), after, read_at_once
    );
}

Async<Replayed> replay_all(http::Context& context, ReplayRequest request)
{
    auto const asked = thresholds_in(request);
    auto const period = bounded_period(request.from, request.to, context.now);
    DecisionFilter const filter{.from = period.from, .to = period.to};
    Replayed answer;
    std::int64_t after = 0;
    for (;;) {
        auto const some = co_await some_behind(context, filter, after);
        if (answer.decisions >= most_replayed && !some.empty()) {
            answer.continues_at = some.front().at;
            break;
        }
        for (auto const& decision : some)
            replay(decision, asked, answer);
        if (std::ssize(some) < read_at_once)
            break;
        after = some.back().id;
    }
    std::ranges::reverse(answer.changed);
    context.no_store();
    co_return answer;
}

} // namespace

std::vector<http::Endpoint> endpoints()
{
    return {
        http::endpoint(list_route, may_see, list), http::endpoint(replay_route, may_see, replay_all)
    };
}

} // namespace gatehouse::risk
