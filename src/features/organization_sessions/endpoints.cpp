// The sessions of everybody in an organization: listing them, and ending one, a person's, or all.
#include "features/organization_sessions/endpoints.h"

#include "domain/access.h"
#include "domain/account_reach.h"
#include "domain/directory.h"
#include "domain/success.h"
#include "features/organization_sessions/ending.h"
#include "features/organization_sessions/messages.h"
#include "features/organization_sessions/rules.h"
#include "http/paging.h"
#include "http/request_facts.h"
#include "http/step_up.h"

#include <algorithm>
#include <variant>

namespace gatehouse::organization_sessions {
namespace {
using domain::Permission;
using domain::Reason;
using domain::Refusal;
using domain::require_permission;
using domain::SessionFacts;
using domain::SessionId;
using domain::StepUpPurpose;
using domain::Success;
using domain::Surface;
using domain::UserId;
using Listed = std::variant<SessionViews, SessionPage>;

constexpr std::string_view list_path = "/api/security/sessions";
constexpr std::int64_t most_counted = 10'000;

constexpr http::Route list_route{
    .method = http::Method::get,
    .path = list_path,
    .operation = "listOrganizationSessions",
    .summary = "List the sessions of everybody in the organization, the newest sign-in first",
    .tag = "security",
    .access = http::Access::session(),
    .audit = http::Audit::none("reads only"),
    .surface = Surface::organization,
    .answers = "200 400 401 403 429 503",
};
constexpr http::Route revoke_route{
    .method = http::Method::post,
    .path = "/api/security/sessions/:id/revoke",
    .operation = "revokeOrganizationSession",
    .summary = "End a session of somebody in the organization",
    .tag = "security",
    .access = http::Access::session(),
    .audit = http::Audit::records("SESSION_REVOKED STEP_UP_REQUIRED STEP_UP_BYPASSED"),
    .surface = Surface::organization,
    .answers = "200 400 401 403 404 409 413 415 428 429 503",
};
constexpr http::Route end_all_route{
    .method = http::Method::post,
    .path = "/api/security/sessions/revoke-all",
    .operation = "endOrganizationSessions",
    .summary = "Sign a person out everywhere, or everybody in the organization but this session",
    .tag = "security",
    .access = http::Access::session(),
    .audit = http::Audit::records("FORCE_LOGOUT STEP_UP_REQUIRED STEP_UP_BYPASSED"),
    .surface = Surface::organization,
    .answers = "200 400 401 403 404 413 415 428 429 503",
};

Async<void> may_list(http::Context& context)
{
    require_permission(context.actor(), Permission::sessions_view);
    co_return;
}

// Of another organization 403, of none 404, whether it lives or not.
Async<SessionFacts> session_in_reach(http::Context& context)
{
    auto work = co_await context.services.storage.read();
    auto found = co_await work->directory().session(SessionId(context.parameter("id")));
    if (!found)
        throw Refusal{.reason = Reason::not_found};
    if (found->user.organization_id != context.caller().organization_id())
        throw Refusal{.reason = Reason::forbidden};
    require_permission(context.actor(), Permission::sessions_revoke);
    co_await domain::require_account_in_reach(*work, context.actor(), found->user);
    co_return std::move(*found);
}

Async<void> may_revoke(http::Context& context)
{
    co_await session_in_reach(context);
    co_await http::require_step_up(context, StepUpPurpose::revoke_session);
}

Async<void> may_end_all(http::Context& context)
{
    require_permission(context.actor(), Permission::sessions_revoke);
    co_await http::require_step_up(context, StepUpPurpose::force_logout);
}

SessionViews views_of(std::vector<domain::ListedSession> const& sessions, SessionId const& current)
{
    SessionViews views;
    views.reserve(sessions.size());
    for (auto const& session : sessions)
        views.push_back(view_of(session, current));
    return views;
}

Async<Listed> list(http::Context& context, ListRequest request)
{
    auto const wanted = understood(request);
    auto const& caller = context.caller();
    auto const& organization = caller.organization_id();
    context.no_store(); // personal rows
    auto work = co_await context.services.storage.read();
    auto& sessions = work->session_list();
    auto const found
        = co_await sessions.list(organization, wanted.filter, wanted.window, context.now);
    auto const counted
        = co_await sessions.count(organization, wanted.filter, context.now, most_counted + 1);
    bool const is_cut = counted > most_counted;
    auto const total = std::min(counted, most_counted);
    http::say_rest(context, wanted.paging, total, std::string(list_path), same_list(request));
    if (is_cut)
        context.header("X-Total-Is-At-Least", "true");
    if (!wanted.paging.is_paged)
        co_return views_of(found, caller.session_id());
    SessionPage page;
    page.data = views_of(found, caller.session_id());
    page.total = total;
    page.page = wanted.paging.page;
    page.limit = wanted.paging.limit;
    page.pages = wanted.paging.pages_of(total);
    page.at_least = is_cut;
    co_return page;
}

Async<Success> revoke(http::Context& context, http::Nothing)
{
    auto const facts = http::facts_of(context);
    auto const found = co_await session_in_reach(context);
    co_await end_one(context.services, facts, context.caller(), found.session.id, found.user.id);
    Success answer;
    answer.message = "The session has ended.";
    co_return answer;
}

Async<Ended> end_all(http::Context& context, EndRequest request)
{
    auto const facts = http::facts_of(context);
    auto const& caller = context.caller();
    Ended answer;
    if (!request.user_id) {
        answer.sessions = co_await end_everybody(context.services, facts, caller);
        answer.message = "Everybody else has to sign in again.";
        co_return answer;
    }
    UserId const id(*request.user_id);
    if (id.empty())
        throw domain::invalid_field("userId", "must not be empty");
    auto const person = co_await domain::person_in_reach(context.services, context.actor(), id);
    answer.sessions = co_await end_all_of(context.services, facts, caller, person.id);
    answer.message = "The person has to sign in again.";
    co_return answer;
}

} // namespace

std::vector<http::Endpoint> endpoints()
{
    return {
        http::endpoint(list_route, may_list, list),
        http::endpoint(revoke_route, may_revoke, revoke),
        http::endpoint(end_all_route, may_end_all, end_all),
    };
}

} // namespace gatehouse::organization_sessions
