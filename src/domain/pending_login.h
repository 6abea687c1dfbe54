// A sign-in whose password was right and that waits for something more: what is kept of it.
#pragma once

#include "core/json.h"
#include "domain/opening_session.h"
#include "domain/sessions.h"

#include <optional>
#include <string>
#include <string_view>

namespace gatehouse::domain {

// What the first request asked for, so that a later one cannot ask for more. No secrets.
struct PendingLogin {
    Surface surface = Surface::account;
    std::optional<OrganizationId> named;
    Device device; // its fingerprint is the one that the first request had
    bool remember_me = false;
    int session_version = 0; // of the person, then
    std::string password_state; // of the person, then (domain/factor_secrets.h)
};

json::Value to_json(PendingLogin const& pending);
std::optional<PendingLogin> parse_pending(json::Value const& object);

// The same as text: the payload of a tempToken.
std::string to_payload(PendingLogin const& pending);

// Nothing for a text that to_payload() did not write.
std::optional<PendingLogin> parse_payload(std::string_view payload);

} // namespace gatehouse::domain
