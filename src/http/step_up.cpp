// Asking for a step-up in the course of a request.
#include "http/step_up.h"

#include "core/text.h"
#include "http/request_facts.h"
#include "http/signed_in.h"

#include <chrono>

namespace gatehouse::http {
namespace {

// RFC 9470 3, with the names of api §12.
constexpr std::string_view for_strangers = "Bearer error=\"insufficient_user_authentication\", "
                                           "error_description=\"A recent step-up is needed\", "
                                           "acr_values=\"urn:gatehouse:aal2\", max_age=\"600\"";
static_assert(domain::step_up_counts_for == std::chrono::seconds(600));

// It replaces the challenge alone, and nothing outside the environment test (decisions D-69).
bool asks_to_skip(Context const& context)
{
    if (context.services.settings.environment != domain::Environment::test)
        return false;
    auto const asked = context.request.header("x-stepup-test-bypass");
    return asked && trimmed(*asked) == "1";
}

void fill(StepUpDemand& demand, domain::StepUpOffer const& offer, domain::StepUpPurpose purpose)
{
    demand.purpose = to_text(purpose);
    demand.challenge_id = offer.challenge.text();
    demand.methods = offer.methods;
    demand.expires_in
        = std::chrono::duration_cast<std::chrono::seconds>(domain::step_up_life).count();
    demand.code_sent = offer.code_sent;
}

void fill(
    UnusualDemand& demand,
    domain::StepUpOffer const& offer,
    domain::RiskRecord const& risk,
    domain::User const& user
)
{
    fill(demand, offer, domain::StepUpPurpose::security_verification);
    demand.score = risk.score;
    demand.reasons = risk.reasons;
    demand.user = {user.id.text(), user.email};
}

domain::Refusal step_up_wanted()
{
    return domain::Refusal{.reason = domain::Reason::step_up_required};
}

} // namespace

StepUpDemand demand_of(domain::StepUpOffer const& offer, domain::StepUpPurpose purpose)
{
    StepUpDemand demand;
    fill(demand, offer, purpose);
    return demand;
}

void refuse_unusual(
    domain::StepUpOffer const& offer, domain::RiskRecord const& risk, domain::User const& user
)
{
    UnusualDemand demand;
    fill(demand, offer, risk, user);
    refuse_with(step_up_wanted(), demand);
}

void refuse_unusual(
    Context const& context,
    domain::StepUpOffer const& offer,
    domain::RiskRecord const& risk,
    domain::SessionFacts const& whose,
    SecretString refresh_token
)
{
    UnusualRefresh demand;
    fill(demand, offer, risk, whose.user);
    demand.refresh_token = std::move(refresh_token);
    auto detailed = refusal_with(step_up_wanted(), demand);
    if (context.surface == Surface::account) {
        auto const cookie = refresh_cookie_of(whose.session, demand.refresh_token, context.now);
        detailed.headers.emplace_back("Set-Cookie", to_text(cookie));
    }
    throw detailed;
}

Async<void> require_step_up(Context& context, domain::StepUpPurpose purpose)
{
    auto& services = context.services;
    auto const& caller = context.caller();
    bool const satisfied
        = co_await domain::step_up_is_satisfied(services, caller, purpose, context.now);
    if (satisfied)
        co_return;
    auto const facts = facts_of(context);
    if (asks_to_skip(context)) {
        if (context.skips_step_up())
            co_await domain::record_step_up_bypass(services, facts, caller, purpose);
        co_return;
    }
    auto const offer = co_await domain::ask_for_step_up(services, facts, caller, purpose, 428);
    auto detailed = refusal_with(step_up_wanted(), demand_of(offer, purpose));
    detailed.headers.emplace_back("WWW-Authenticate", for_strangers);
    throw detailed;
}

Async<void> require_step_up_where_asked(Context& context, domain::StepUpPurpose purpose)
{
    if (context.has_caller() && context.caller().rules->policy.asks_for(purpose))
        co_await require_step_up(context, purpose);
}

} // namespace gatehouse::http
