// The table of contents.
#include "app/contents.h"

#include "app/version.h"
#include "features/ai_agents/endpoints.h"
#include "features/api_description/endpoints.h"
#include "features/assignments/endpoints.h"
#include "features/audit/endpoints.h"
#include "features/authorization/endpoints.h"
#include "features/billing/endpoints.h"
#include "features/compliance/endpoints.h"
#include "features/compliance/review_endpoints.h"
#include "features/console/endpoints.h"
#include "features/control_health/endpoints.h"
#include "features/data_erasure/endpoints.h"
#include "features/email_verification/endpoints.h"
#include "features/first_run/endpoints.h"
#include "features/health/endpoints.h"
#include "features/impersonation/endpoints.h"
#include "features/invitations/endpoints.h"
#include "features/ip_rules/endpoints.h"
#include "features/login/endpoints.h"
#include "features/logout/endpoints.h"
#include "features/mail_capture/endpoints.h"
#include "features/me_data/endpoints.h"
#include "features/members/endpoints.h"
#include "features/notifications/endpoints.h"
#include "features/organization_sessions/endpoints.h"
#include "features/organizations/endpoints.h"
#include "features/password_change/endpoints.h"
#include "features/password_reset/endpoints.h"
#include "features/people/endpoints.h"
#include "features/pictures/endpoints.h"
#include "features/refresh/endpoints.h"
#include "features/registration/endpoints.h"
#include "features/reports/endpoints.h"
#include "features/resources/endpoints.h"
#include "features/retention/endpoints.h"
#include "features/risk/endpoints.h"
#include "features/roles/endpoints.h"
#include "features/search/endpoints.h"
#include "features/security_policy/endpoints.h"
#include "features/sessions/endpoints.h"
#include "features/sign_in_denial/endpoints.h"
#include "features/signing_keys/endpoints.h"
#include "features/step_up/endpoints.h"
#include "features/token_validation/endpoints.h"
#include "features/two_factor/endpoints.h"
#include "features/vault/endpoints.h"

#include <algorithm>
#include <iterator>

namespace gatehouse::app {

std::vector<http::Endpoint>
contents(CaptureApi capture, policy::Policy const& policy, console::Files console)
{
    std::vector<http::Endpoint> all;
    auto const add = [&](std::vector<http::Endpoint> some) {
        std::ranges::move(some, std::back_inserter(all));
    };
    add(registration::endpoints());
    add(email_verification::endpoints());
    add(login::endpoints());
    add(token_validation::endpoints());
    add(refresh::endpoints());
    add(logout::endpoints());
    add(password_reset::endpoints());
    add(password_change::endpoints());
    add(sessions::endpoints());
    add(sign_in_denial::endpoints());
    add(two_factor::endpoints());
    add(step_up::endpoints());
    add(risk::endpoints());
    add(organization_sessions::endpoints());
    add(ip_rules::endpoints());
    add(security_policy::endpoints());
    add(audit::endpoints());
    add(control_health::endpoints());
    add(impersonation::endpoints());
    add(me_data::endpoints());
    add(data_erasure::endpoints());
    add(retention::endpoints());
    add(pictures::endpoints());
    add(vault::endpoints());
    add(first_run::endpoints());
    add(organizations::endpoints());
    add(members::endpoints());
    add(people::endpoints());
    add(invitations::endpoints());
    add(roles::endpoints());
    add(resources::endpoints(policy));
    add(reports::endpoints(policy));
    add(assignments::endpoints());
    add(billing::endpoints());
    add(ai_agents::endpoints());
    add(search::endpoints(policy));
    add(notifications::endpoints());
    add(authorization::endpoints());
    add(compliance::endpoints());
    add(compliance::review_endpoints());
    add(signing_keys::endpoints());
    if (capture == CaptureApi::included)
        add(mail_capture::endpoints());
    add(health::endpoints());
    add(api_description::endpoints(version, all)); // behind what it describes
    add(console::endpoints(console)); // pages are no part of the interface
    return all;
}

} // namespace gatehouse::app
