// `gatehouse org ip-rules`: the way back in for an organization that has shut itself out.
#include "app/commands.h"

#include "app/operator_desk.h"
#include "domain/deed.h"
#include "domain/directory.h"
#include "domain/ledger.h"
#include "domain/organizations.h"
#include "domain/security_rules.h"
#include "features/ip_rules/rules.h"

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace gatehouse::app {
namespace {
using domain::deed;
using domain::Event;
using domain::IpRule;
using domain::IpRuleId;
using domain::OrganizationId;
using domain::UnitOfWork;

Async<std::vector<IpRule>> rules_of(UnitOfWork& work, OrganizationId organization)
{
    auto const found = co_await work.directory().organization(organization);
    if (!found)
        throw std::runtime_error("org ip-rules: there is no such organization");
    co_return co_await work.security_rules().ip_rules(
        std::move(organization), ip_rules::most_rules_listed
    );
}

Async<std::vector<IpRule>> read(OperatorDesk& desk, OrganizationId organization)
{
    auto work = co_await desk.storage().read();
    co_return co_await rules_of(*work, std::move(organization));
}

Async<void> record(OperatorDesk& desk, UnitOfWork& work, IpRule rule)
{
    auto const facts = desk.facts();
    auto entry
        = deed(facts, OperatorDesk::actor(), Event::ip_rule_deleted, 204, rule.organization_id);
    entry.resource = "ip_rule";
    entry.resource_id = rule.id.text();
    entry.details["oldValue"] = ip_rules::in_words(rule);
    co_await work.ledger().append(std::move(entry));
}

// Leaves the one in `rules`, and gives back the others.
std::vector<IpRule> taken_out(std::vector<IpRule>& rules, IpRuleId const& id)
{
    auto const others
        = std::ranges::partition(rules, [&](IpRule const& rule) { return rule.id == id; });
    std::vector<IpRule> left(others.begin(), others.end());
    if (left.size() == rules.size())
        throw std::runtime_error("org ip-rules: there is no such rule");
    rules.erase(others.begin(), others.end());
    return left;
}

// One, or all of them; what is left.
Async<std::vector<IpRule>>
remove(OperatorDesk& desk, OrganizationId organization, std::optional<IpRuleId> wanted)
{
    auto work = co_await desk.storage().begin();
    co_await work->organizations().lock(organization);
    auto rules = co_await rules_of(*work, organization);
    std::vector<IpRule> left;
    if (wanted)
        left = taken_out(rules, *wanted);
    if (wanted)
        co_await work->security_rules().remove_ip_rule(organization, *wanted);
    else
        co_await work->security_rules().remove_ip_rules(organization);
    for (auto const& rule : rules)
        co_await record(desk, *work, rule);
    co_await work->commit();
    co_return left;
}

std::vector<IpRule> act(OperatorDesk& desk, OperatorArguments const& arguments)
{
    OrganizationId const organization(*arguments.id());
    auto const one = arguments.text("--remove");
    if (one)
        return desk.wait(remove(desk, organization, IpRuleId(*one)));
    if (arguments.has("--remove-all"))
        return desk.wait(remove(desk, organization, std::nullopt));
    return desk.wait(read(desk, organization));
}

} // namespace

int ip_rule_command(std::vector<std::string> const& words)
{
    OperatorArguments const arguments(
        {.command = "org ip-rules",
         .with_value = {"--remove"},
         .alone = {"--remove-all", "--json"},
         .takes_id = true},
        words
    );
    if (!arguments.id())
        arguments.refuse("name the organization by its id");
    if (arguments.text("--remove") && arguments.has("--remove-all"))
        arguments.refuse("--remove and --remove-all exclude each other");
    OperatorDesk desk(arguments);
    auto const rules = act(desk, arguments);
    if (arguments.has("--json")) {
        ip_rules::RuleViews views;
        for (auto const& rule : rules)
            views.push_back(ip_rules::view_of(rule));
        say_json(views);
        return 0;
    }
    for (auto const& rule : rules)
        say(columns({rule.id.text(), ip_rules::in_words(rule), rule.note.value_or("")}));
    return 0;
}

} // namespace gatehouse::app
