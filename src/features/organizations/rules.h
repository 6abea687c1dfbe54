// What an organization may be called.
#pragma once

#include "domain/organizations.h"
#include "features/organizations/messages.h"

namespace gatehouse::organizations {

// The request in the form in which it is stored. Both throw Refusal.
domain::Organization understood(CreateRequest const& request);
domain::OrganizationChange understood(ChangeRequest const& request);

} // namespace gatehouse::organizations
