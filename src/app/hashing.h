// How passwords are hashed, by the configuration.
#pragma once

#include "app/config.h"
#include "crypto/passwords.h"

namespace gatehouse::app {

[[nodiscard]] crypto::PasswordHasherOptions hasher_options(Configuration const& configuration);

} // namespace gatehouse::app
