// A person's own live sessions: listing them, and ending one.
#include "features/sessions/endpoints.h"

#include "domain/access.h"
#include "domain/ledger.h"
#include "domain/refresh_tokens.h"
#include "domain/success.h"
#include "features/sessions/messages.h"
#include "http/request_facts.h"

#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace gatehouse::sessions {
namespace {
using domain::Event;
using domain::ledger_entry;
using domain::Outcome;
using domain::Reason;
using domain::RefreshEnd;
using domain::Refusal;
using domain::Session;
using domain::SessionEnd;
using domain::SessionId;
using domain::Success;
using domain::Surface;
using Listed = std::variant<SessionView, ForeignSessionView>;

constexpr http::Route account_list_route{
    .method = http::Method::get,
    .path = "/api/v1/auth/sessions",
    .operation = "listAccountSessions",
    .summary = "List one's own live sessions, newest first",
    .tag = "account",
    .access = http::Access::session(),
    .audit = http::Audit::none("reads only"),
    .limit = http::Limit::anonymous,
    .surface = Surface::account,
    .answers = "200 401 429 503",
};
constexpr http::Route organization_list_route{
    .method = http::Method::get,
    .path = "/api/auth/sessions",
    .operation = "listSessions",
    .summary = "List one's own live sessions, newest first",
    .tag = "authentication",
    .access = http::Access::session(),
    .audit = http::Audit::none("reads only"),
    .limit = http::Limit::anonymous,
    .surface = Surface::organization,
    .answers = "200 401 429 503",
};
constexpr http::Route account_revoke_route{
    .method = http::Method::remove,
    .path = "/api/v1/auth/sessions/:id",
    .operation = "revokeAccountSession",
    .summary = "End one of one's own sessions, the current one too",
    .tag = "account",
    .access = http::Access::session(),
    .audit = http::Audit::records("SESSION_REVOKED"),
    .limit = http::Limit::anonymous,
    .surface = Surface::account,
    .answers = "200 401 403 404 429 503",
};

constexpr http::Route organization_revoke_route{
    .method = http::Method::remove,
    .path = "/api/auth/sessions/:id",
    .operation = "revokeSession",
    .summary = "End one of one's own sessions, the current one too",
    .tag = "authentication",
    .access = http::Access::session(),
    .audit = http::Audit::records("SESSION_REVOKED"),
    .limit = http::Limit::anonymous,
    .surface = Surface::organization,
    .answers = "200 401 403 404 429 503",
};

SessionView view_of(Session const& session, SessionId const& current)
{
    SessionView view;
    view.id = session.id.text();
    view.ip_address = session.ip_address;
    view.user_agent = session.user_agent;
    view.device_id = session.device_id;
    view.device_name = session.device_name;
    view.country = session.country;
    view.city = session.city;
    view.created_at = session.created_at;
    view.last_seen_at = session.last_seen_at;
    view.expires_at = session.expires_at;
    view.current = session.id == current;
    return view;
}

Listed listed(Session const& session, SessionId const& current)
{
    auto view = view_of(session, current);
    if (!session.impersonation)
        return view;
    ForeignSessionView foreign{std::move(view)};
    foreign.impersonated_by = session.impersonation->by.text();
    return foreign;
}

Async<std::vector<Listed>> list(http::Context& context, http::Nothing)
{
    auto const& caller = context.caller();
    auto work = co_await context.services.storage.read();
    auto const live = co_await work->sessions().live_of(
        caller.organization_id(), caller.user_id(), context.now
    );
    auto const total = co_await work->sessions().count_live(
        caller.organization_id(), caller.user_id(), context.now
    );
    context.header("X-Total-Count", std::to_string(total));
    std::vector<Listed> answer;
    for (auto const& session : live)
        answer.push_back(listed(session, caller.session_id()));
    co_return answer;
}

Async<Success> revoke(http::Context& context, http::Nothing)
{
    auto const& caller = context.caller();
    SessionId const named(context.parameter("id"));
    auto work = co_await context.services.storage.begin();
    co_await domain::hold_own_organization(*work, caller);
    bool const ended = co_await work->sessions().revoke(
        caller.organization_id(), caller.user_id(), named, SessionEnd::user_requested, context.now
    );
    if (!ended) // unknown, somebody else's or over: one answer, so that ids cannot be probed
        throw Refusal{.reason = Reason::not_found};
    co_await work->refresh_tokens().revoke_session(
        caller.organization_id(), named, RefreshEnd::logout, context.now
    );
    auto const facts = http::facts_of(context);
    auto entry = ledger_entry(facts, Event::session_revoked, Outcome::success, 200, caller.user);
    entry.session_id = caller.session_id();
    entry.resource = "session";
    entry.resource_id = named.text();
    co_await work->ledger().append(std::move(entry));
    co_await work->commit();
    context.services.risk_scores.forget(caller.user_id());
    Success answer;
    answer.message = "The session has ended.";
    co_return answer;
}

} // namespace

std::vector<http::Endpoint> endpoints()
{
    return {
        http::endpoint(account_list_route, list),
        http::endpoint(organization_list_route, list),
        http::endpoint(account_revoke_route, revoke),
        http::endpoint(organization_revoke_route, revoke)
    };
}

} // namespace gatehouse::sessions
