// One unit of work for each change: the lock, the rules as they would be, the row, the ledger.
#include "features/ip_rules/writing.h"

#include "core/uuid.h"
#include "domain/access.h"
#include "domain/deed.h"
#include "domain/organizations.h"
#include "features/ip_rules/rules.h"

#include <algorithm>
#include <utility>

namespace gatehouse::ip_rules {
namespace {
using domain::Actor;
using domain::Caller;
using domain::Event;
using domain::IpRule;
using domain::IpRuleChange;
using domain::IpRuleId;
using domain::LedgerEntry;
using domain::Reason;
using domain::Refusal;
using domain::RequestFacts;
using domain::Services;
using domain::UnitOfWork;

// Nobody else changes the rules meanwhile, nor has the caller lost the right to since the gate.
Async<std::vector<IpRule>> under_lock(UnitOfWork& work, Caller const& caller, Instant now)
{
    auto const& organization = caller.organization_id();
    co_await work.organizations().lock(organization);
    co_await domain::require_same_standing(work, Actor::person(caller), now);
    co_return co_await work.security_rules().ip_rules(organization, most_rules_listed);
}

Refusal conflict(char const* message)
{
    return Refusal{.reason = Reason::conflict, .message = message};
}

void require_stays_in(std::vector<IpRule> const& rules, RequestFacts const& facts, bool forced)
{
    if (forced || let_in(rules, facts.client_address))
        return;
    auto refusal = conflict(
        "The organization would not let you in any more from the address of this request. With "
        "force it is done all the same."
    );
    refusal.details.push_back({"network", "keeps out the address of this request"});
    throw refusal;
}

std::vector<IpRule>::iterator place_of(std::vector<IpRule>& rules, IpRuleId const& id)
{
    auto const place = std::ranges::find(rules, id, &IpRule::id);
    if (place == rules.end())
        throw Refusal{.reason = Reason::not_found};
    return place;
}

LedgerEntry entry_about(
    RequestFacts const& facts, Caller const& caller, Event event, int status, IpRuleId const& rule
)
{
    auto entry
        = domain::deed(facts, Actor::person(caller), event, status, caller.organization_id());
    entry.resource = "ip_rule";
    entry.resource_id = rule.text();
    return entry;
}

} // namespace

Async<IpRule>
create(Services& services, RequestFacts facts, Caller const& caller, IpRule rule, bool forced)
{
    rule.id = IpRuleId(mint_uuid(facts.now, services.random));
    rule.organization_id = caller.organization_id();
    rule.created_by = caller.user_id();
    rule.created_at = facts.now;
    rule.updated_at = facts.now;
    auto work = co_await services.storage.begin();
    auto rules = co_await under_lock(*work, caller, facts.now);
    if (std::ssize(rules) >= most_rules)
        throw conflict("There are 100 rules already.");
    rules.push_back(rule);
    require_stays_in(rules, facts, forced);
    bool const made = co_await work->security_rules().insert_ip_rule(rule);
    if (!made)
        throw conflict("There is a rule about this network already.");
    auto entry = entry_about(facts, caller, Event::ip_rule_created, 201, rule.id);
    entry.details["newValue"] = in_words(rule);
    if (forced)
        entry.details["forced"] = true;
    co_await work->ledger().append(std::move(entry));
    co_await work->commit();
    co_return rule;
}

Async<IpRule> change(
    Services& services,
    RequestFacts facts,
    Caller const& caller,
    IpRuleId id,
    IpRuleChange wanted,
    bool forced,
    Expected expected
)
{
    auto const& organization = caller.organization_id();
    auto work = co_await services.storage.begin();
    auto rules = co_await under_lock(*work, caller, facts.now);
    auto const place = place_of(rules, id);
    auto const before = *place;
    if (expected)
        expected(before);
    *place = changed_by(before, wanted);
    place->updated_at = facts.now;
    auto const after = *place;
    require_stays_in(rules, facts, forced);
    bool const changed
        = co_await work->security_rules().change_ip_rule(organization, id, wanted, facts.now);
    if (!changed)
        throw conflict("There is a rule about this network already.");
    auto entry = entry_about(facts, caller, Event::ip_rule_updated, 200, id);
    entry.details["oldValue"] = in_words(before);
    entry.details["newValue"] = in_words(after);
    if (forced)
        entry.details["forced"] = true;
    co_await work->ledger().append(std::move(entry));
    co_await work->commit();
    co_return after;
}

Async<void>
remove(Services& services, RequestFacts facts, Caller const& caller, IpRuleId id, bool forced)
{
    auto const& organization = caller.organization_id();
    auto work = co_await services.storage.begin();
    auto rules = co_await under_lock(*work, caller, facts.now);
    auto const place = place_of(rules, id);
    auto const before = *place;
    rules.erase(place);
    require_stays_in(rules, facts, forced);
    bool const removed = co_await work->security_rules().remove_ip_rule(organization, id);
    if (!removed)
        throw Refusal{.reason = Reason::not_found};
    auto entry = entry_about(facts, caller, Event::ip_rule_deleted, 204, id);
    entry.details["oldValue"] = in_words(before);
    if (forced)
        entry.details["forced"] = true;
    co_await work->ledger().append(std::move(entry));
    co_await work->commit();
}

} // namespace gatehouse::ip_rules
