// The pages of the console, and what of the policy opens each.
#pragma once

#include "http/route.h"
#include "policy/permission.h"

#include <array>
#include <string_view>

namespace gatehouse::console {

struct Page {
    enum class For {
        anyone,
        session, // whoever is signed in
        permission, // 403 without it
        permission_or_dashboard, // to the dashboard without it
        permission_at_home, // the same as permission; in the own organization alone
    };
    std::string_view path;
    std::string_view operation;
    For who;
    policy::Permission permission = policy::Permission::organization_view;
};

// A page is added here and in web/src/shell/pages.ts.
using enum Page::For;
using enum policy::Permission;
inline constexpr auto pages = std::to_array<Page>({
    {"/login", "pageLogin", anyone},
    {"/signup", "pageSignup", anyone},
    {"/forgot-password", "pageForgotPassword", anyone},
    {"/reset-password", "pageResetPassword", anyone},
    {"/accept-invite", "pageAcceptInvite", anyone},
    {"/first-run", "pageFirstRun", anyone},
    {"/onboarding", "pageOnboarding", session},
    {"/dashboard", "pageDashboard", session},
    {"/profile", "pageProfile", permission, profile_view},
    {"/users", "pageUsers", permission_or_dashboard, users_view},
    {"/organizations/:id/users", "pageOrganizationUsers", permission_at_home, users_view},
    {"/clients", "pageClients", permission, clients_view},
    {"/workflows", "pageWorkflows", permission, workflows_use},
    {"/reports", "pageReports", permission, reports_use},
    {"/ai-agents", "pageAiAgents", permission, ai_use},
    {"/things/:collection", "pageThings", session}, // which of them, the interface says
    {"/billing", "pageBilling", permission, organization_billing},
    {"/settings", "pageSettings", permission, organization_settings},
    {"/audit", "pageAudit", permission, settings_security_view},
    {"/compliance", "pageCompliance", permission, settings_security_view},
    {"/roles", "pageRoles", permission, roles_manage},
    {"/access", "pageAccess", permission, users_view},
    {"/security/sessions", "pageSecuritySessions", permission, settings_security_view},
    {"/security/policy", "pageSecurityPolicy", permission, settings_security_view},
    {"/security/ip-rules", "pageIpRules", permission, settings_security_view},
    {"/security/risk", "pageRisk", permission, settings_security_view},
    {"/security/retention", "pageRetention", permission, settings_security_view},
});

} // namespace gatehouse::console
