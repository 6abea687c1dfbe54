// What an organization may ask for.
#pragma once

#include "domain/security_rules.h"
#include "features/security_policy/messages.h"

#include <string>

namespace gatehouse::security_policy {

PolicyView view_of(domain::SecurityPolicy const& policy);

// Throws Refusal, 400.
domain::SecurityPolicy changed_by(domain::SecurityPolicy policy, ChangeRequest const& request);

// The names of what differs, separated by blanks: for the ledger.
std::string differences(domain::SecurityPolicy const& before, domain::SecurityPolicy const& after);

} // namespace gatehouse::security_policy
