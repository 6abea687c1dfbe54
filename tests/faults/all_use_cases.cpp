// The parts together.
#include "faults/use_case.h"

#include <set>
#include <string>

#include <ostream>

namespace gatehouse::testing {

namespace {

// Those that read somebody's history: without it they go on, and say so where somebody got in.
void mark_looking_back(UseCase& one)
{
    std::set<std::string> const gets_in{
        "login",
        "login_organization",
        "login_after_failures",
        "login_one_session_allowed",
        "login_new_device",
        "login_named_organization",
        "second_step_totp",
        "second_step_backup_code",
        "refresh",
        "surface_refresh_shorter"
    };
    std::set<std::string> const is_refused{
        "second_step_wrong",
        "second_step_closed",
        "second_step_worn_token",
        "second_step_suspended",
        "surface_login_outside",
        "surface_refresh_outside"
    };
    if (!gets_in.contains(one.name) && !is_refused.contains(one.name))
        return;
    one.fails_open = "anomaly_score";
    if (gets_in.contains(one.name))
        one.leaves_open = "ANOMALY_CHECK_SKIPPED 200 skipped";
}

} // namespace

std::vector<UseCase> all_use_cases()
{
    std::vector<UseCase> all;
    for (auto const& part :
         {account_use_cases(),
          login_use_cases(),
          second_factor_use_cases(),
          step_up_use_cases(),
          session_use_cases(),
          vault_use_cases(),
          export_use_cases(),
          organization_use_cases(),
          people_use_cases(),
          role_use_cases(),
          profile_use_cases(),
          resource_use_cases(),
          risk_use_cases(),
          surface_use_cases(),
          impersonation_use_cases(),
          person_data_use_cases(),
          product_use_cases()})
        all.insert(all.end(), part.begin(), part.end());
    for (auto& one : all)
        mark_looking_back(one);
    return all;
}

} // namespace gatehouse::testing
