// What the first organization and its owner may be called.
#pragma once

#include "core/secret.h"
#include "domain/organizations.h"
#include "features/first_run/messages.h"

#include <optional>
#include <string>

namespace gatehouse::first_run {

struct Founding { // the request, in the form in which it is stored
    SecretString token;
    domain::Organization organization;
    std::string email;
    SecretString password;
    std::optional<std::string> first_name;
    std::optional<std::string> last_name;
};

// Throws Refusal.
Founding understood(FoundRequest request);

} // namespace gatehouse::first_run
