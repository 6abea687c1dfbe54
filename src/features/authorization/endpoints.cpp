// Checking, listing, explaining and simulating.
#include "features/authorization/endpoints.h"

#include "domain/access.h"
#include "domain/role_view.h"
#include "features/authorization/authzen.h"
#include "features/authorization/decision_id.h"
#include "features/authorization/desk.h"
#include "features/authorization/explaining.h"
#include "features/authorization/messages.h"
#include "features/authorization/routes.h"
#include "features/authorization/security_decisions.h"
#include "features/authorization/simulating.h"
#include "http/paging.h"

#include <utility>
#include <variant>

namespace gatehouse::authorization {
namespace {
using domain::ImpactView;
using domain::may;
using domain::Permission;
using domain::Reason;
using domain::Refusal;
using domain::ResourceWindow;
using http::Context;
using http::Nothing;

using Checked = std::variant<CheckAnswer, CheckAnswers>;

CheckAnswer answer_of(Context const& context, DecisionIds const& ids, Decided const& decided)
{
    CheckAnswer answer;
    answer.allowed = decided.allowed;
    answer.decision_id = ids.id_of(decided, context.services.random);
    answer.permission = decided.permission;
    answer.cell = std::string(1, policy::to_letter(decided.cell));
    return answer;
}

Async<Checked> check(Context& context, CheckRequest request)
{
    bool const several = request.checks.has_value();
    auto questions = questions_in(std::move(request));
    context.no_store();
    DecisionIds const ids(context.services.key_encryption_key, context.now);
    auto reading = co_await domain::begin_reading(context.services);
    Desk desk(context, std::move(reading));
    CheckAnswers answers;
    for (auto& question : questions) {
        auto const decided = co_await desk.decide(std::move(question));
        answers.results.push_back(answer_of(context, ids, decided));
    }
    if (several)
        co_return Checked(std::move(answers));
    co_return Checked(std::move(answers.results.front()));
}

Async<Explanation> explain(Context& context, Question question)
{
    context.no_store();
    DecisionIds const ids(context.services.key_encryption_key, context.now);
    auto reading = co_await domain::begin_reading(context.services);
    Desk desk(context, std::move(reading));
    auto const decided = co_await desk.decide(std::move(question));
    auto id = ids.id_of(decided, context.services.random);
    co_return explanation_of(desk.asker().told(decided), std::move(id));
}

// One of another organization is 403 like everything there; what was made up is nowhere.
Async<Explanation> read_decision(Context& context, Nothing)
{
    DecisionIds const ids(context.services.key_encryption_key, context.now);
    auto const& id = context.parameter("id");
    auto const decided = ids.open(id);
    if (!decided)
        throw Refusal{.reason = Reason::not_found};
    Asker const asker(context);
    auto const* const caller = asker.caller();
    if (caller && caller->organization_id().text() != decided->organization)
        throw Refusal{.reason = Reason::forbidden};
    asker.require_may_know(*decided);
    if (context.now - decided->at > decision_life)
        throw Refusal{.reason = Reason::gone};
    context.no_store();
    co_return explanation_of(asker.told(*decided), id);
}

Async<ListAnswer> list(Context& context, ListRequest request)
{
    auto const paging = http::paging_of(request.page.value_or(1), request.limit);
    ResourceWindow window;
    window.limit = paging.limit;
    window.offset = paging.offset;
    context.no_store();
    auto reading = co_await domain::begin_reading(context.services);
    Desk desk(context, std::move(reading));
    auto const found = co_await desk.list(
        std::move(request.subject),
        std::move(request.action),
        std::move(request.resource_type),
        window
    );
    ListAnswer answer;
    for (auto const& resource : found.resources)
        answer.data.push_back({resource.id.text(), resource.name});
    answer.total = found.total;
    answer.page = paging.page;
    answer.limit = paging.limit;
    answer.pages = paging.pages_of(found.total);
    co_return answer;
}

// Which of the two it takes is told by the body; without either nobody need read it.
Async<void> may_simulate(Context& context)
{
    auto const actor = context.actor();
    if (!may(actor, Permission::roles_manage) && !may(actor, Permission::users_role))
        throw domain::forbidden(actor, Permission::roles_manage);
    co_return;
}

Async<ImpactView> simulate_change(Context& context, SimulateRequest request)
{
    context.no_store();
    auto const impact = co_await simulate(context, std::move(request.change));
    co_return domain::view_of(*context.caller().policy, impact);
}

} // namespace

std::vector<http::Endpoint> endpoints()
{
    std::vector<http::Endpoint> all{
        http::endpoint(check_route, check),
        http::endpoint(list_route, list),
        http::endpoint(explain_route, explain),
        http::endpoint(decision_route, read_decision),
        http::endpoint(simulate_route, may_simulate, simulate_change),
    };
    for (auto& one : authzen_endpoints())
        all.push_back(std::move(one));
    for (auto& one : security_endpoints())
        all.push_back(std::move(one));
    return all;
}

} // namespace gatehouse::authorization
