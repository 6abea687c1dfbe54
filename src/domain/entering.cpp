// Letting in by address.
#include "domain/entering.h"

#include "domain/ledger.h"

namespace gatehouse::domain {

Refusal kept_outside()
{
    Refusal refusal{
        .reason = Reason::forbidden,
        .message = "The organization does not let anybody in from this address."
    };
    refusal.details.push_back({"ipAddress", "is not one that the organization lets in"});
    return refusal;
}

Refusal second_factor_missing()
{
    Refusal refusal{
        .reason = Reason::forbidden,
        .message = "The organization wants a second factor of everybody: set one up first."
    };
    refusal.details.push_back({"twoFactor", "must be set up"});
    return refusal;
}

void require_inside(SecurityRules const& rules, std::string_view client_address)
{
    if (!rules.perimeter.lets_in(client_address))
        throw kept_outside();
}

void require_enrolled(Caller const& caller)
{
    if (caller.rules->policy.second_factor_required && !caller.user.two_factor_enabled)
        throw second_factor_missing();
}

Async<void> require_may_enter(
    UnitOfWork& work, RequestFacts const& facts, User const& user, SecurityRules const& rules
)
{
    if (rules.perimeter.lets_in(facts.client_address))
        co_return;
    auto entry = ledger_entry(facts, Event::permission_denied, Outcome::denied, 403, user);
    entry.details["cause"] = std::string("ipAddress");
    co_await work.ledger().record(std::move(entry));
    co_await work.commit();
    throw kept_outside();
}

} // namespace gatehouse::domain
