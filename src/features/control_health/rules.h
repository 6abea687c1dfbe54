// How the state of the controls is told to those who look after an organization.
#pragma once

#include "domain/audit_log.h"
#include "domain/services.h"
#include "features/control_health/messages.h"

#include <map>
#include <string>
#include <vector>

namespace gatehouse::control_health {

// Without the details: they name hosts, files and tables, which are the operators' alone.
HealthView view_of(
    std::vector<domain::ControlState> const& states,
    std::map<std::string, domain::ControlWord> const& told,
    Instant now
);

} // namespace gatehouse::control_health
