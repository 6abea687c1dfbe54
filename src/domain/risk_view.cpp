// Telling a decision as it was stored.
#include "domain/risk_view.h"

namespace gatehouse::domain {
namespace {

std::optional<std::string> text_of(auto const& id)
{
    return id ? std::optional(id->text()) : std::nullopt;
}

} // namespace

json::Value risk_part_of(std::string const& facts)
{
    auto const parsed = json::parse(facts);
    auto const* const risk = parsed ? parsed->find("risk") : nullptr;
    return risk ? *risk : json::Value();
}

RiskView risk_view_of(RiskDecision const& decision)
{
    RiskView view;
    view.id = decision.id;
    view.created_at = decision.at;
    view.event = decision.event;
    view.status = decision.status;
    view.user_id = text_of(decision.user);
    view.session_id = text_of(decision.session);
    view.ip_address = decision.ip_address;
    view.user_agent = decision.user_agent;
    view.risk = risk_part_of(decision.details);
    view.compared = risk_part_of(decision.personal.value_or("{}"));
    return view;
}

} // namespace gatehouse::domain
