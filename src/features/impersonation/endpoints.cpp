// Acting as somebody else for half an hour, seen by everybody whom it concerns.
#include "features/impersonation/endpoints.h"

#include "core/text.h"
#include "domain/access.h"
#include "domain/success.h"
#include "features/impersonation/acting.h"
#include "features/impersonation/messages.h"
#include "http/request_facts.h"
#include "http/step_up.h"

#include <utility>

namespace gatehouse::impersonation {
namespace {
using domain::invalid_field;
using domain::Permission;
using domain::Reason;
using domain::Refusal;
using domain::StepUpPurpose;
using domain::Success;
using domain::Surface;
using domain::UserId;

constexpr std::string_view path = "/api/security/impersonate";
constexpr std::size_t longest_reason = 500; // code points

constexpr http::Route begin_route{
    .method = http::Method::post,
    .path = path,
    .operation = "beginImpersonation",
    .summary = "Act as somebody else of the organization, for a reason, for 30 minutes at most",
    .tag = "security",
    .access = http::Access::session(),
    .audit = http::Audit::records("IMPERSONATION_STARTED"),
    .surface = Surface::organization,
    .answers = "201 400 401 403 404 409 413 415 428 429 503",
};
constexpr http::Route end_route{
    .method = http::Method::remove,
    .path = path,
    .operation = "endImpersonation",
    .summary = "Act as oneself again",
    .tag = "security",
    .access = http::Access::session(),
    .audit = http::Audit::records("IMPERSONATION_ENDED"),
    .surface = Surface::organization,
    .answers = "200 401 403 404 429 503",
};
constexpr http::Route current_route{
    .method = http::Method::get,
    .path = "/api/security/impersonate/current",
    .operation = "currentImpersonation",
    .summary = "Whom the session acts as, or who acts in it",
    .tag = "security",
    .access = http::Access::session(),
    .audit = http::Audit::none("reads only"),
    .surface = Surface::organization,
    .answers = "200 401 429 503",
};

Async<void> may_begin(http::Context& context)
{
    domain::require_permission(context.actor(), Permission::users_impersonate);
    co_await http::require_step_up(context, StepUpPurpose::impersonate);
}

PersonView view_of(domain::User const& person)
{
    return {
        .id = person.id.text(),
        .email = person.email,
        .role = std::string(domain::to_text(person.role))
    };
}

std::string reason_in(BeginRequest const& request)
{
    std::string reason(trimmed(request.reason));
    if (reason.empty())
        throw invalid_field("reason", "is required");
    if (code_points(reason) > longest_reason)
        throw invalid_field("reason", "is longer than 500 characters");
    return reason;
}

Async<Begun> begin_acting(http::Context& context, BeginRequest request)
{
    auto const& caller = context.caller();
    if (request.user_id.empty())
        throw invalid_field("userId", "is required");
    auto reason = reason_in(request);
    UserId const id(request.user_id);
    auto const person = co_await domain::person_in_reach(context.services, context.actor(), id);
    if (person.id == caller.user_id())
        throw Refusal{.reason = Reason::self_action};
    auto acting = co_await begin(
        context.services, http::facts_of(context), caller, person.id, std::move(reason)
    );
    Begun answer;
    answer.token = std::move(acting.token);
    answer.expires_at = acting.session.expires_at;
    answer.expires_in = (acting.session.expires_at - context.now).count() / 1000;
    answer.session_id = acting.session.id.text();
    answer.user = view_of(acting.person);
    context.status(201);
    context.no_store();
    co_return answer;
}

Async<Success> end_acting(http::Context& context, http::Nothing)
{
    co_await end(context.services, http::facts_of(context), context.caller());
    Success answer;
    answer.message = "You act as yourself again.";
    co_return answer;
}

Async<Current> current(http::Context& context, http::Nothing)
{
    context.no_store(); // personal rows
    auto work = co_await context.services.storage.read();
    auto const session = co_await running(*work, context.caller(), context.now);
    Current answer;
    if (!session)
        co_return answer;
    auto const person = co_await work->users().find(session->organization_id, session->user_id);
    if (!person)
        co_return answer;
    answer.active = true;
    answer.session_id = session->id.text();
    answer.impersonator_id = session->impersonation->by.text();
    answer.user = view_of(*person);
    answer.reason = session->impersonation->reason;
    answer.started_at = session->created_at;
    answer.expires_at = session->expires_at;
    co_return answer;
}

} // namespace

std::vector<http::Endpoint> endpoints()
{
    return {
        http::endpoint(begin_route, may_begin, begin_acting),
        http::endpoint(end_route, end_acting),
        http::endpoint(current_route, current)
    };
}

} // namespace gatehouse::impersonation
