// From where an organization is entered: its rules, for those who keep it safe.
#include "features/ip_rules/endpoints.h"

#include "domain/access.h"
#include "features/ip_rules/messages.h"
#include "features/ip_rules/rules.h"
#include "features/ip_rules/writing.h"
#include "http/paging.h"
#include "http/request_facts.h"
#include "http/step_up.h"

namespace gatehouse::ip_rules {
namespace {
using domain::IpRule;
using domain::IpRuleId;
using domain::Permission;
using domain::Reason;
using domain::Refusal;
using domain::require_permission;
using domain::StepUpPurpose;
using domain::Surface;
using http::Context;
using http::Nothing;

constexpr http::Route list_route{
    .method = http::Method::get,
    .path = "/api/security/ip-rules",
    .operation = "listIpRules",
    .summary = "List the rules by which the organization is entered, oldest first",
    .tag = "security",
    .access = http::Access::session(),
    .audit = http::Audit::none("reads only"),
    .surface = Surface::organization,
    .answers = "200 401 403 429 503",
};
constexpr http::Route create_route{
    .method = http::Method::post,
    .path = "/api/security/ip-rules",
    .operation = "createIpRule",
    .summary = "Allow or deny a network; what is denied never enters, and where something is "
               "allowed nothing else does",
    .tag = "security",
    .access = http::Access::session(),
    .audit = http::Audit::records("IP_RULE_CREATED STEP_UP_REQUIRED STEP_UP_BYPASSED"),
    .surface = Surface::organization,
    .answers = "201 400 401 403 404 409 413 415 428 429 503",
};
constexpr http::Route read_route{
    .method = http::Method::get,
    .path = "/api/security/ip-rules/:id",
    .operation = "readIpRule",
    .summary = "Show a rule",
    .tag = "security",
    .access = http::Access::session(),
    .audit = http::Audit::none("reads only"),
    .surface = Surface::organization,
    .answers = "200 401 403 404 429 503",
    .versioned = true,
};
constexpr http::Route change_route{
    .method = http::Method::patch,
    .path = "/api/security/ip-rules/:id",
    .operation = "changeIpRule",
    .summary = "Change a rule, or switch it off or on",
    .tag = "security",
    .access = http::Access::session(),
    .audit = http::Audit::records("IP_RULE_UPDATED STEP_UP_REQUIRED STEP_UP_BYPASSED"),
    .surface = Surface::organization,
    .answers = "200 400 401 403 404 409 412 413 415 428 429 503",
    .versioned = true,
};
constexpr http::Route delete_route{
    .method = http::Method::remove,
    .path = "/api/security/ip-rules/:id",
    .operation = "deleteIpRule",
    .summary = "Delete a rule; with force=1 also the one that lets the caller in",
    .tag = "security",
    .access = http::Access::session(),
    .audit = http::Audit::records("IP_RULE_DELETED STEP_UP_REQUIRED STEP_UP_BYPASSED"),
    .surface = Surface::organization,
    .answers = "204 400 401 403 404 409 428 429 503",
};

IpRuleId named_in(Context const& context)
{
    return IpRuleId(context.parameter("id"));
}

// One of another organization is 403, whatever the role (decisions D-79).
Async<void> require_in_reach(Context& context)
{
    auto work = co_await context.services.storage.read();
    auto const home = co_await work->security_rules().home_of(named_in(context));
    if (!home)
        throw Refusal{.reason = Reason::not_found};
    if (*home != context.caller().organization_id())
        throw Refusal{.reason = Reason::forbidden};
}

Async<void> may_see(Context& context)
{
    require_permission(context.actor(), Permission::settings_security_view);
    co_return;
}
Async<void> may_see_one(Context& context)
{
    co_await require_in_reach(context);
    co_await may_see(context);
}
Async<void> may_make(Context& context)
{
    require_permission(context.actor(), Permission::settings_security_edit);
    co_await http::require_step_up(context, StepUpPurpose::ip_rule_change);
}
Async<void> may_change(Context& context)
{
    co_await require_in_reach(context);
    co_await may_make(context);
}

Async<RuleViews> list(Context& context, Nothing)
{
    context.no_store();
    auto const& organization = context.caller().organization_id();
    auto work = co_await context.services.storage.read();
    auto const rules = co_await work->security_rules().ip_rules(organization, most_rules_listed);
    auto const total = co_await work->security_rules().count_ip_rules(organization);
    context.header("X-Total-Count", std::to_string(total)); // SQL may have made more
    RuleViews views;
    for (auto const& rule : rules)
        views.push_back(view_of(rule));
    co_return views;
}

Async<RuleView> show(Context& context, Nothing)
{
    context.no_store();
    auto work = co_await context.services.storage.read();
    auto const rule = co_await work->security_rules().find_ip_rule(
        context.caller().organization_id(), named_in(context)
    );
    if (!rule)
        throw Refusal{.reason = Reason::not_found};
    co_return view_of(*rule);
}

Async<RuleView> create_rule(Context& context, CreateRequest request)
{
    auto rule = understood(request);
    auto const facts = http::facts_of(context);
    auto const made = co_await create(
        context.services, facts, context.caller(), std::move(rule), request.force.value_or(false)
    );
    context.status(201);
    co_return view_of(made);
}

Expected expected_by(Context const& context)
{
    auto const condition = http::IfMatch::of(context.request);
    if (!condition)
        return {};
    return [condition = *condition](IpRule const& present) {
        condition.require(http::entity_tag(view_of(present)));
    };
}

Async<RuleView> change_rule(Context& context, ChangeRequest request)
{
    auto wanted = understood(request);
    auto expected = expected_by(context);
    auto const facts = http::facts_of(context);
    auto const changed = co_await change(
        context.services,
        facts,
        context.caller(),
        named_in(context),
        std::move(wanted),
        request.force.value_or(false),
        std::move(expected)
    );
    co_return view_of(changed);
}

bool is_forced(Context const& context)
{
    for (auto const& [name, value] : http::query_of(context.request))
        if (name == "force")
            return http::is_second("force", value, "0", "1");
    return false;
}

Async<Nothing> delete_rule(Context& context, Nothing)
{
    bool const forced = is_forced(context);
    auto const facts = http::facts_of(context);
    co_await remove(context.services, facts, context.caller(), named_in(context), forced);
    co_return Nothing{};
}

// The query of a route that changes something is none of its body.
http::Endpoint with_force(http::Endpoint endpoint)
{
    endpoint.shape.query.push_back(
        {.name = "force", .schema = R"({"enum":["0","1"]})", .required = false}
    );
    return endpoint;
}

} // namespace

std::vector<http::Endpoint> endpoints()
{
    return {
        http::endpoint(list_route, may_see, list),
        http::endpoint(create_route, may_make, create_rule),
        http::endpoint(read_route, may_see_one, show),
        http::endpoint(change_route, may_change, change_rule),
        with_force(http::endpoint(delete_route, may_change, delete_rule)),
    };
}

} // namespace gatehouse::ip_rules
