// Replacing a foreign or outdated hash once its password was right.
#pragma once

#include "core/secret.h"
#include "domain/services.h"
#include "domain/users.h"

namespace gatehouse::login {

// Waits until the answer is out, so that timing stays equal (decisions D-33). Sign-ins whose second
// factor is awaited go on: what they were proven with is the same password.
void rehash_if_outdated(
    domain::Services& services, domain::User const& user, SecretString password
);

} // namespace gatehouse::login
