// What a rule about addresses may be, and who it must not keep out.
#pragma once

#include "domain/security_rules.h"
#include "features/ip_rules/messages.h"

#include <string>
#include <vector>

namespace gatehouse::ip_rules {

constexpr std::int64_t most_rules = 100; // of one organization
constexpr std::int64_t most_rules_listed = 1000; // SQL may have made more

// Without id, place and time. Throws Refusal, 400.
domain::IpRule understood(CreateRequest const& request);
domain::IpRuleChange understood(ChangeRequest const& request);

domain::IpRule changed_by(domain::IpRule rule, domain::IpRuleChange const& change);

// Whether these rules, all of an organization, let somebody in from there.
bool let_in(std::vector<domain::IpRule> const& rules, std::string const& client_address);

RuleView view_of(domain::IpRule const& rule);

// `deny 10.0.0.0/8`, for the ledger; with ` (off)` where it does not count.
std::string in_words(domain::IpRule const& rule);

} // namespace gatehouse::ip_rules
