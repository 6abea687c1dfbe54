// The commands of the one binary.
#pragma once

#include <string>
#include <vector>

namespace gatehouse::app {

// Each gives the process's exit status: 0 done, 1 failed, 2 wrong use or configuration.
int serve(std::vector<std::string> const& arguments);
int migrate(std::vector<std::string> const& arguments);
int config(std::vector<std::string> const& arguments);
int organization_commands(std::vector<std::string> const& words);
int ip_rule_command(std::vector<std::string> const& words);
int user_commands(std::vector<std::string> const& words);
int signing_key_commands(std::vector<std::string> const& words);
int audit_commands(std::vector<std::string> const& words);
int policy_command(std::vector<std::string> const& arguments);
int version_command(std::vector<std::string> const& arguments);

std::string help_of_settings();

} // namespace gatehouse::app
