// Reading rules, and judging an address by them.
#include "features/ip_rules/rules.h"

#include "core/networks.h"
#include "core/text.h"
#include "domain/refusal.h"

#include <stdexcept>

namespace gatehouse::ip_rules {
namespace {
using domain::invalid_field;
using domain::IpAction;
using domain::IpRule;
using domain::IpRuleChange;

constexpr std::size_t longest_note = 200; // bytes

IpAction action_in(std::string const& text)
{
    auto const action = domain::parse_ip_action(text);
    if (!action)
        throw invalid_field("action", "must be allow or deny");
    return *action;
}

std::string network_in(std::string const& text)
{
    auto const network = Network::parse(trimmed(text));
    if (!network)
        throw invalid_field("network", "must be an IPv4 or IPv6 address, or a network: 10.0.0.0/8");
    return network->text();
}

std::optional<std::string> note_in(std::string const& text)
{
    std::string note(trimmed(text));
    if (note.size() > longest_note)
        throw invalid_field("note", "is longer than 200 bytes");
    if (note.empty())
        return std::nullopt;
    return note;
}

} // namespace

IpRule understood(CreateRequest const& request)
{
    IpRule rule;
    rule.action = action_in(request.action);
    rule.network = network_in(request.network);
    rule.note = note_in(request.note.value_or(""));
    rule.enabled = request.enabled.value_or(true);
    return rule;
}

IpRuleChange understood(ChangeRequest const& request)
{
    IpRuleChange change;
    if (request.action)
        change.action = action_in(*request.action);
    if (request.network)
        change.network = network_in(*request.network);
    if (request.note)
        change.note = note_in(*request.note);
    change.enabled = request.enabled;
    return change;
}

IpRule changed_by(IpRule rule, IpRuleChange const& change)
{
    rule.action = change.action.value_or(rule.action);
    rule.network = change.network.value_or(rule.network);
    rule.note = change.note.value_or(rule.note);
    rule.enabled = change.enabled.value_or(rule.enabled);
    return rule;
}

bool let_in(std::vector<IpRule> const& rules, std::string const& client_address)
{
    domain::Perimeter perimeter;
    for (auto const& rule : rules) {
        auto const network = Network::parse(rule.network);
        if (!network)
            throw std::runtime_error("ip_rules.network holds neither an address nor a network");
        if (rule.enabled)
            perimeter.add(rule.action, *network);
    }
    return perimeter.lets_in(client_address);
}

RuleView view_of(IpRule const& rule)
{
    RuleView view;
    view.id = rule.id.text();
    view.action = to_text(rule.action);
    view.network = rule.network;
    view.note = rule.note;
    view.enabled = rule.enabled;
    if (rule.created_by)
        view.created_by = rule.created_by->text();
    view.created_at = rule.created_at;
    view.updated_at = rule.updated_at;
    return view;
}

std::string in_words(IpRule const& rule)
{
    return std::string(to_text(rule.action)) + " " + rule.network + (rule.enabled ? "" : " (off)");
}

} // namespace gatehouse::ip_rules
