// What is kept in memory hangs on these, each under its own letter (core/changes.h).
#pragma once

#include "core/changes.h"
#include "domain/ids.h"

namespace gatehouse::domain {

// A role that changes, and a policy of an organization: whoever belongs to it.
inline Changes::Thing changed(OrganizationId const& organization)
{
    return {'o', organization.text()};
}
// The person's row, what is granted to them, and what they are assigned to.
inline Changes::Thing changed(UserId const& user)
{
    return {'u', user.text()};
}
inline Changes::Thing changed(SessionId const& session)
{
    return {'s', session.text()};
}
// From where an organization is entered, and what it asks of whoever is in it: nothing else that is
// kept hangs on these.
inline Changes::Thing changed_rules_of(OrganizationId const& organization)
{
    return {'i', organization.text()};
}
inline Changes::Thing changed(ResourceId const& resource)
{
    return {'r', resource.text()};
}

} // namespace gatehouse::domain
