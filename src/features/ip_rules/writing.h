// Saving rules about addresses.
#pragma once

#include "core/async.h"
#include "domain/caller.h"
#include "domain/request_facts.h"
#include "domain/security_rules.h"
#include "domain/services.h"

#include <functional>

namespace gatehouse::ip_rules {

// All under the lock on the caller's organization, each with one ledger row. Unless it is forced
// nobody shuts themselves out: what would keep the caller's own address out is 409, and so is a
// second rule about one network, and one rule too many.
Async<domain::IpRule> create(
    domain::Services& services,
    domain::RequestFacts facts,
    domain::Caller const& caller,
    domain::IpRule rule,
    bool forced
);

// Throws Refusal where the rule, under that lock, is not what the client has seen.
using Expected = std::function<void(domain::IpRule const& present)>;
Async<domain::IpRule> change(
    domain::Services& services,
    domain::RequestFacts facts,
    domain::Caller const& caller,
    domain::IpRuleId id,
    domain::IpRuleChange wanted,
    bool forced,
    Expected expected
);
// Taking away what lets the caller in, where something else is allowed, shuts out too.
Async<void> remove(
    domain::Services& services,
    domain::RequestFacts facts,
    domain::Caller const& caller,
    domain::IpRuleId id,
    bool forced
);

} // namespace gatehouse::ip_rules
