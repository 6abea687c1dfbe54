// What an organization asks of everybody in it: seen by who keeps it safe, changed by its owners.
#include "features/security_policy/endpoints.h"

#include "domain/access.h"
#include "domain/deed.h"
#include "domain/organizations.h"
#include "features/security_policy/messages.h"
#include "features/security_policy/rules.h"
#include "http/request_facts.h"
#include "http/step_up.h"

namespace gatehouse::security_policy {
namespace {
using domain::Event;
using domain::Permission;
using domain::Reason;
using domain::Refusal;
using domain::require_permission;
using domain::SecurityPolicy;
using domain::StepUpPurpose;
using domain::Surface;
using domain::UnitOfWork;
using http::Context;
using http::Nothing;

constexpr http::Route read_route{
    .method = http::Method::get,
    .path = "/api/security/policy",
    .operation = "readSecurityPolicy",
    .summary = "Show what the organization asks of everybody: step-ups, a second factor, how long "
               "sessions live",
    .tag = "security",
    .access = http::Access::session(),
    .audit = http::Audit::none("reads only"),
    .surface = Surface::organization,
    .answers = "200 401 403 429 503",
    .versioned = true,
};
constexpr http::Route change_route{
    .method = http::Method::patch,
    .path = "/api/security/policy",
    .operation = "changeSecurityPolicy",
    .summary = "Change what the organization asks of everybody; it counts on the next request",
    .tag = "security",
    .access = http::Access::session(),
    .audit = http::Audit::records("SETTINGS_UPDATED STEP_UP_REQUIRED STEP_UP_BYPASSED"),
    .surface = Surface::organization,
    .answers = "200 400 401 403 404 409 412 413 415 428 429 503",
    .versioned = true,
};

Async<void> may_see(Context& context)
{
    require_permission(context.actor(), Permission::settings_security_view);
    co_return;
}
Async<void> may_change(Context& context)
{
    require_permission(context.actor(), Permission::settings_security_edit);
    co_await http::require_step_up(context, StepUpPurpose::security_settings);
}

Async<PolicyView> show(Context& context, Nothing)
{
    auto work = co_await context.services.storage.read();
    auto const rules = co_await work->security_rules().of(context.caller().organization_id());
    co_return view_of(rules->policy);
}

// As stored under the lock: of two who expect the same version one wins.
Async<SecurityPolicy>
present_policy(UnitOfWork& work, domain::OrganizationId organization, Context const& context)
{
    auto const expected = http::IfMatch::of(context.request);
    auto const rules = co_await work.security_rules().of(std::move(organization));
    if (expected)
        expected->require(http::entity_tag(view_of(rules->policy)));
    co_return rules->policy;
}

// Whoever asks it of everybody has one.
void require_own_factor(SecurityPolicy const& before, SecurityPolicy const& after, bool has_one)
{
    bool const begins = after.second_factor_required && !before.second_factor_required;
    if (begins && !has_one)
        throw Refusal{
            .reason = Reason::conflict,
            .message = "Set up a second factor of your own first: you would be shut out yourself."
        };
}

Async<PolicyView> change(Context& context, ChangeRequest request)
{
    auto const& caller = context.caller();
    auto const& organization = caller.organization_id();
    auto const facts = http::facts_of(context);
    auto work = co_await context.services.storage.begin();
    co_await work->organizations().lock(organization);
    co_await domain::require_same_standing(*work, context.actor(), context.now);
    auto const self = co_await domain::caller_as_stored(*work, caller, context.now);
    auto const before = co_await present_policy(*work, organization, context);
    auto const after = changed_by(before, request);
    require_own_factor(before, after, self.two_factor_enabled);
    co_await work->security_rules().put_policy(organization, after);
    auto entry = domain::deed(facts, context.actor(), Event::settings_updated, 200, organization);
    entry.resource = "security_policy";
    entry.resource_id = organization.text();
    entry.details["fields"] = differences(before, after);
    entry.details["oldValue"] = to_stored(before);
    entry.details["newValue"] = to_stored(after);
    co_await work->ledger().append(std::move(entry));
    co_await work->commit();
    co_return view_of(after);
}

} // namespace

std::vector<http::Endpoint> endpoints()
{
    return {
        http::endpoint(read_route, may_see, show), http::endpoint(change_route, may_change, change)
    };
}

} // namespace gatehouse::security_policy
