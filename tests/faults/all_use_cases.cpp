// The parts together.
#include "faults/use_case.h"

#include <ostream>

namespace gatehouse::testing {

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
          organization_use_cases(),
          people_use_cases(),
          role_use_cases(),
          profile_use_cases(),
          resource_use_cases(),
          product_use_cases()})
        all.insert(all.end(), part.begin(), part.end());
    return all;
}

} // namespace gatehouse::testing
