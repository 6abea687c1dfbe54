// Showing and changing the plan: the owner's alone.
#include "features/billing/endpoints.h"

#include "domain/access.h"
#include "domain/deed.h"
#include "domain/members.h"
#include "features/billing/messages.h"
#include "http/request_facts.h"
#include "http/step_up.h"

#include <utility>

namespace gatehouse::billing {
namespace {
using domain::Event;
using domain::OrganizationId;
using domain::Permission;
using domain::Reason;
using domain::Refusal;
using domain::UnitOfWork;
using http::Context;

constexpr http::Route read_route{
    .method = http::Method::get,
    .path = "/api/billing/subscription",
    .operation = "readSubscription",
    .summary = "Show the plan of one's organization",
    .tag = "billing",
    .access = http::Access::session(),
    .audit = http::Audit::none("reads only"),
    .surface = http::Surface::organization,
    .answers = "200 401 403 429 503",
    .versioned = true,
};
constexpr http::Route change_route{
    .method = http::Method::patch,
    .path = "/api/billing/subscription",
    .operation = "changeSubscription",
    .summary = "Change the plan: free or pro",
    .tag = "billing",
    .access = http::Access::session(),
    .audit = http::Audit::records("BILLING_CHANGED STEP_UP_REQUIRED STEP_UP_BYPASSED"),
    .surface = http::Surface::organization,
    .answers = "200 400 401 403 412 413 415 428 429 503",
    .versioned = true,
};

Async<void> may_bill(Context& context)
{
    domain::require_permission(context.actor(), Permission::organization_billing);
    co_return;
}

Async<void> may_change(Context& context)
{
    co_await may_bill(context);
    co_await http::require_step_up_where_asked(context, domain::StepUpPurpose::billing_change);
}

// The organization went with its people since the request was let in: so did the session.
std::string there(std::optional<std::string> plan)
{
    if (!plan)
        throw Refusal{.reason = Reason::session_ended};
    return *std::move(plan);
}

Async<SubscriptionView> subscription(UnitOfWork& work, OrganizationId organization)
{
    domain::MemberFilter const everybody;
    SubscriptionView view;
    auto plan = co_await work.organizations().plan(organization);
    view.plan = there(std::move(plan));
    view.status = "active";
    view.seats = co_await work.members().count(organization, everybody);
    co_return view;
}

Async<SubscriptionView> show(Context& context, http::Nothing)
{
    auto work = co_await context.services.storage.read();
    co_return co_await subscription(*work, context.caller().organization_id());
}

Async<SubscriptionView> change(Context& context, ChangeRequest request)
{
    if (request.plan != "free" && request.plan != "pro")
        throw domain::invalid_field("plan", "must be free or pro");
    auto const expected = http::IfMatch::of(context.request);
    auto const actor = context.actor();
    auto const facts = http::facts_of(context);
    auto const organization = context.caller().organization_id();
    auto work = co_await context.services.storage.begin();
    co_await work->organizations().lock(organization);
    co_await domain::require_same_standing(*work, actor, context.now);
    auto view = co_await subscription(*work, organization);
    if (expected)
        expected->require(http::entity_tag(view));
    if (view.plan == request.plan) // nothing changes: nothing is written
        co_return view;
    auto entry = domain::deed(facts, actor, Event::billing_changed, 200, organization);
    entry.resource = "subscription";
    entry.resource_id = organization.text();
    entry.details["oldValue"] = view.plan;
    entry.details["newValue"] = request.plan;
    co_await work->ledger().append(std::move(entry));
    co_await work->organizations().change_plan(organization, request.plan);
    co_await work->commit();
    view.plan = request.plan;
    co_return view;
}

} // namespace

std::vector<http::Endpoint> endpoints()
{
    return {
        http::endpoint(read_route, may_bill, show),
        http::endpoint(change_route, may_change, change),
    };
}

} // namespace gatehouse::billing
