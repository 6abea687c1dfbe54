// The one table of what may be done in somebody else's name.
#include "http/impersonated.h"

#include <algorithm>
#include <array>

namespace gatehouse::http {
namespace {

constexpr std::array<std::string_view, 34> allowed{
    "askAgent",
    "changeClient",
    "changeWorkflow",
    "checkPermission",
    "createClient",
    "createWorkflow",
    "currentImpersonation",
    "endImpersonation",
    "findPersonByAddress",
    "listAccountSessions",
    "listAgents",
    "listAssignments",
    "listClients",
    "listClientsOfOrganization",
    "listMembers",
    "listNotifications",
    "listPermitted",
    "listReports",
    "listResourceTypes",
    "listSessions",
    "listWorkflows",
    "listWorkflowsOfOrganization",
    "myData",
    "organizationLogout",
    "readClient",
    "readMyself",
    "readOrganization",
    "readPerson",
    "readReport",
    "readSubscription",
    "readWorkflow",
    "search",
    "searchResources",
    "showProfilePicture",
};
static_assert(std::ranges::is_sorted(allowed));

} // namespace

std::span<std::string_view const> operations_as_somebody_else()
{
    return allowed;
}

bool serves_somebody_else(Route const& route)
{
    return std::ranges::binary_search(allowed, route.operation);
}

} // namespace gatehouse::http
