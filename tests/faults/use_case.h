// One use case of the account surface, so that each of its statements can be made to fail in turn.
#pragma once

#include "support/service_world.h"

#include <functional>
#include <string>
#include <vector>

namespace gatehouse::testing {

struct UseCase {
    std::string name; // letters, digits, underscores
    std::function<Call(ServiceWorld&)> prepare; // makes the world, and says what is asked of it
    int status; // when nothing fails
    std::vector<std::string> events; // the ledger rows it leaves: `LOGIN_SUCCESS 200 success`
    int status_again; // of the same request once more
    std::vector<std::string> events_again;
    // behaviours §2 lets a part of it fail open: counted in gatehouse_failed_open_total under this.
    std::string fails_open = {};
    // The row that it leaves then beside those of `events`; empty: everything is as if nothing
    // failed.
    std::string leaves_open = {};
    // Made while it is sent: a fault may cut it off, and what was begun is told to have failed.
    bool streams = false;
    // Instead of asking the pipeline.
    std::function<Answer(ServiceWorld&)> act = {};
};

std::vector<UseCase> all_use_cases();
// In parts.
std::vector<UseCase> account_use_cases(); // registering, proving, resetting
std::vector<UseCase> login_use_cases();
std::vector<UseCase> second_factor_use_cases(); // the second step of signing in, setting it up
std::vector<UseCase> step_up_use_cases(); // asked for, given, skipped, and what stands behind it
std::vector<UseCase> session_use_cases(); // tokens, sessions, signing out, me/data, signing keys
std::vector<UseCase> vault_use_cases();
std::vector<UseCase> export_use_cases(); // evidence, and a person's own data
std::vector<UseCase> organization_use_cases(); // organizations and lists of their people
std::vector<UseCase> people_use_cases();
std::vector<UseCase> product_use_cases(); // reports, the subscription, agents
std::vector<UseCase> role_use_cases(); // custom roles, and decisions told to others
std::vector<UseCase> profile_use_cases(); // pictures, one's own password
std::vector<UseCase> resource_use_cases();
std::vector<UseCase> surface_use_cases(); // what keeps an organization safe
std::vector<UseCase> impersonation_use_cases(); // acting as somebody else
std::vector<UseCase> person_data_use_cases(); // erasing one's own, retention, legal holds
std::vector<UseCase> risk_use_cases(); // sign-ins and refreshes that are too unusual

void PrintTo(UseCase const& use_case, std::ostream* into);

} // namespace gatehouse::testing
