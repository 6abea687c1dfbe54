// An id of the ledger is a number; one of a decision about a right is sealed.
#include "features/authorization/security_decisions.h"

#include "core/json.h"
#include "domain/access.h"
#include "features/authorization/decision_id.h"
#include "features/authorization/desk.h"
#include "features/authorization/explaining.h"
#include "features/authorization/routes.h"

#include <charconv>
#include <system_error>
#include <utility>

namespace gatehouse::authorization {
namespace {
using domain::AuditRow;
using domain::Permission;
using domain::Reason;
using domain::Refusal;
using domain::RiskDecision;
using domain::RiskView;
using http::Context;
using http::Nothing;

std::optional<std::int64_t> row_number(std::string const& id)
{
    std::int64_t number = 0;
    auto const* const end = id.data() + id.size();
    auto const read = std::from_chars(id.data(), end, number);
    if (read.ec != std::errc() || read.ptr != end || number < 1)
        return std::nullopt;
    return number;
}

std::string text_in(json::Value const& object, char const* name)
{
    auto const* const member = object.find(name);
    auto const* const text = member ? member->text() : nullptr;
    return text ? *text : std::string();
}

std::string number_in(json::Value const& object, char const* name)
{
    auto const* const member = object.find(name);
    auto const* const number = member ? member->integer() : nullptr;
    return number ? std::to_string(*number) : std::string("?");
}

// `NEW_DEVICE 30, NEW_COUNTRY 25`
std::string shares_in(json::Value const& risk)
{
    auto const* const signals = risk.find("signals");
    auto const* const members = signals ? signals->object() : nullptr;
    std::string shares;
    if (!members)
        return shares;
    for (auto const& signal : *members) {
        auto const share = number_in(signal.value, "share");
        if (share != "0" && share != "?")
            shares += (shares.empty() ? "" : ", ") + signal.name + " " + share;
    }
    return shares;
}

std::string outcome_of(std::string const& band)
{
    if (band == "block")
        return "kept out";
    return band == "step_up" ? "asked for a step-up" : "let through";
}

std::string sentence_about(RiskView const& view)
{
    auto const shares = shares_in(view.risk);
    return view.event + " was " + outcome_of(text_in(view.risk, "band")) + " with a score of "
        + number_in(view.risk, "score")
        + (shares.empty() ? ": no signal counted." : ": " + shares + ".");
}

RiskView risk_in(AuditRow const& row)
{
    RiskDecision decision;
    decision.id = row.id;
    decision.at = row.at;
    decision.event = row.event;
    decision.status = row.status;
    decision.user = row.user;
    decision.session = row.session;
    decision.ip_address = row.ip_address;
    decision.user_agent = row.user_agent;
    decision.details = row.details;
    decision.personal = row.personal;
    return domain::risk_view_of(decision);
}

std::optional<std::string> text_of(auto const& id)
{
    return id ? std::optional(id->text()) : std::nullopt;
}

DenialView denial_in(AuditRow const& row)
{
    DenialView view;
    view.id = row.id;
    view.created_at = row.at;
    view.user_id = text_of(row.user);
    view.session_id = text_of(row.session);
    view.route = row.resource;
    view.ip_address = row.ip_address;
    auto const details = json::parse(row.details);
    auto missing = details ? text_in(*details, "permission") : std::string();
    if (!missing.empty())
        view.permission = std::move(missing);
    return view;
}

std::string sentence_about(DenialView const& view)
{
    auto const what = view.route.value_or("A request") + " was denied: ";
    if (view.permission)
        return what + *view.permission + " was missing.";
    return what + "the rights were there, but not for this.";
}

Async<DecisionExplained> explained_row(Context& context, std::int64_t id)
{
    auto work = co_await context.services.storage.read();
    auto const row = co_await work->audit_log().find(context.caller().organization_id(), id);
    auto explanation = row ? explained(*row) : std::nullopt;
    if (!explanation)
        throw Refusal{.reason = Reason::not_found};
    domain::require_permission(context.actor(), Permission::settings_security_view);
    co_return std::move(*explanation);
}

DecisionExplained explained_right(Context& context, std::string const& id)
{
    DecisionIds const ids(context.services.key_encryption_key, context.now);
    auto const decided = ids.open(id);
    if (!decided)
        throw Refusal{.reason = Reason::not_found};
    if (context.caller().organization_id().text() != decided->organization)
        throw Refusal{.reason = Reason::forbidden};
    domain::require_permission(context.actor(), Permission::settings_security_view);
    Asker const asker(context);
    asker.require_may_know(*decided);
    if (context.now - decided->at > decision_life)
        throw Refusal{.reason = Reason::gone};
    DecisionExplained answer;
    answer.kind = "permission";
    answer.permission = explanation_of(asker.told(*decided), id);
    answer.sentence = answer.permission->sentence;
    return answer;
}

Async<DecisionExplained> explain_any(Context& context, Nothing)
{
    auto const& id = context.parameter("id");
    context.no_store();
    auto const number = row_number(id);
    if (number)
        co_return co_await explained_row(context, *number);
    co_return explained_right(context, id);
}

} // namespace

std::optional<DecisionExplained> explained(AuditRow const& row)
{
    DecisionExplained answer;
    if (row.event == "PERMISSION_DENIED") {
        answer.kind = "denial";
        answer.denial = denial_in(row);
        answer.sentence = sentence_about(*answer.denial);
        return answer;
    }
    auto view = risk_in(row);
    if (!view.risk.object())
        return std::nullopt;
    answer.kind = "risk";
    answer.sentence = sentence_about(view);
    answer.risk = std::move(view);
    return answer;
}

std::vector<http::Endpoint> security_endpoints()
{
    return {http::endpoint(security_decision_route, explain_any)};
}

} // namespace gatehouse::authorization
