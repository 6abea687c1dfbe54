// A sign-in whose password was right and whose second factor is awaited: what its tempToken keeps.
#pragma once

#include "domain/opening_session.h"
#include "domain/sessions.h"

#include <optional>
#include <string>
#include <string_view>

namespace gatehouse::login {

// What the first request asked for, so that the second cannot ask for more. No secrets.
struct Pending {
    domain::Surface surface = domain::Surface::account;
    std::optional<domain::OrganizationId> named;
    domain::Device device; // its fingerprint is the one that the first request had
    bool remember_me = false;
    int session_version = 0; // of the person, then
    std::string password_state; // of the person, then (domain/factor_secrets.h)
};

std::string to_payload(Pending const& pending);

// Nothing for a text that to_payload() did not write.
std::optional<Pending> parse_payload(std::string_view payload);

} // namespace gatehouse::login
