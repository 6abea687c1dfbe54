// The policy as an operator gives it: a folder with permissions.csv and resource-types.toml.
#pragma once

#include "policy/policy.h"

#include <memory>
#include <string>

namespace gatehouse::app {

// Without a folder the shipped policy; of a folder that holds only one of the two files the other
// is the shipped one. Throws BadConfiguration, one line that names file, line and cause.
std::shared_ptr<policy::Policy const> load_policy(std::string const& folder);

// What may take the place of `current` while the server runs. Throws BadConfiguration; a policy
// with other types of resources too, since routes and stored rows hang on them.
std::shared_ptr<policy::Policy const>
reload_policy(std::string const& folder, policy::Policy const& current);

} // namespace gatehouse::app
