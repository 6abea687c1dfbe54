// Listing agents and talking to one.
#include "features/ai_agents/endpoints.h"

#include "core/text.h"
#include "domain/access.h"
#include "domain/deed.h"
#include "features/ai_agents/guide.h"
#include "features/ai_agents/messages.h"
#include "http/request_facts.h"

#include <utility>

namespace gatehouse::ai_agents {
namespace {
using domain::Event;
using domain::Permission;
using domain::Reason;
using domain::Refusal;
using http::Context;

constexpr std::string_view access_guide = "access-guide";
constexpr std::size_t longest_message = 2000; // code points

constexpr http::Route list_route{
    .method = http::Method::get,
    .path = "/api/ai-agents",
    .operation = "listAgents",
    .summary = "List the agents that can be asked",
    .tag = "ai-agents",
    .access = http::Access::session(),
    .audit = http::Audit::none("reads only"),
    .surface = http::Surface::organization,
    .answers = "200 401 403 429 503",
};
constexpr http::Route ask_route{
    .method = http::Method::post,
    .path = "/api/ai-agents/:id/messages",
    .operation = "askAgent",
    .summary = "Ask an agent; the built-in one answers from the table of permissions",
    .tag = "ai-agents",
    .access = http::Access::session(),
    .audit = http::Audit::records("AI_AGENT_USED"),
    .surface = http::Surface::organization,
    .answers = "200 400 401 403 404 413 415 429 503",
};

Async<void> may_list(Context& context)
{
    domain::require_permission(context.actor(), Permission::ai_use);
    co_return;
}

Async<void> may_ask(Context& context)
{
    if (context.parameter("id") != access_guide)
        throw Refusal{.reason = Reason::not_found};
    return may_list(context);
}

Async<AgentList> list(Context&, http::Nothing)
{
    AgentList agents;
    agents.push_back(
        {.id = std::string(access_guide),
         .name = "Access guide",
         .description = "Tells what you may do here, from the table of permissions."}
    );
    co_return agents;
}

// What was asked may be personal: the ledger keeps that an agent was used, and by whom.
Async<AnswerView> ask(Context& context, MessageRequest request)
{
    if (trimmed(request.message).empty() || code_points(request.message) > longest_message)
        throw domain::invalid_field("message", "must have 1 to 2000 characters");
    auto const& caller = context.caller();
    auto const facts = http::facts_of(context);
    auto entry
        = domain::deed(facts, context.actor(), Event::ai_agent_used, 200, caller.organization_id());
    entry.resource = "ai-agent";
    entry.resource_id = std::string(access_guide);
    auto work = co_await context.services.storage.begin();
    co_await work->ledger().append(std::move(entry));
    co_await work->commit();
    AnswerView view;
    view.answer = answer(request.message, *caller.policy, caller.grants, caller.user.role);
    context.no_store();
    co_return view;
}

} // namespace

std::vector<http::Endpoint> endpoints()
{
    return {
        http::endpoint(list_route, may_list, list),
        http::endpoint(ask_route, may_ask, ask),
    };
}

} // namespace gatehouse::ai_agents
